// The operator and what belongs to it.
local deployment = import 'deployment.libsonnet';
local rbac = import 'rbac.libsonnet';

function(c) rbac(c) {
  operatorDeployment: if c.operator then deployment(c),
}
