// Several clusters as one: the API server that others connect to, the connections to them, and the certificates for both.
local apiserver = import 'apiserver.libsonnet';
local certificates = import 'certificates.libsonnet';
local config = import 'config.libsonnet';
local mcsapi = import 'mcsapi.libsonnet';

function(c) apiserver(c) + certificates.objects(c) + config(c) + mcsapi(c)
