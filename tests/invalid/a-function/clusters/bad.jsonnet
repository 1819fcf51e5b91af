local cniforge = import 'cniforge/main.libsonnet';

function(env) cniforge.cluster { name: 'bad' }
