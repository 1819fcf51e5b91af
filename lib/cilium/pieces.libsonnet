// What most clusters of a fleet have in common.
//
// Clusters differ in a few values each; whatever looks at none of those comes out the same for all of them. So the large
// parts of an install are pieces: { reads: [...], make(c):: ... }, where `reads` lists the sections of the values (the first
// names: `hubble`, `ipam`) that the piece looks at in an install without any values. As long as a cluster sets none of
// these, making the piece takes the same way through the code with the same result, and so the one of the install without
// values is lent to it (context.libsonnet, `pieces`). That is most of what a cluster would cost.
//
// test/pieces.jsonnet proves each list: it makes the piece with every other section out of reach.
local config = import 'config/main.libsonnet';

{
  // Sections that bear on every piece, beside those it names itself.
  everywhere: ['agent', 'commonLabels', 'imagePullSecrets', 'namespaceOverride', 'preflight', 'rbac', 'upgradeCompatibility'],

  all: config.pieces {
    agentRoles: import 'agent/rbac.libsonnet',
    daemonset: import 'agent/daemonset.libsonnet',
    envoy: import 'envoy/main.libsonnet',
    operatorDeployment: import 'operator/deployment.libsonnet',
    operatorRoles: import 'operator/rbac.libsonnet',
  },
}
