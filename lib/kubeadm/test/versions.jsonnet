local kubeadm = import '../main.libsonnet';

local registry(text) = kubeadm.officialRegistry(kubeadm.version(text));
local findings(text) = [finding.severity for finding in kubeadm.versionFindings('kube-proxy', kubeadm.version(text), ['kubernetesVersion'])];

{
  'the registry moved with 1.25, and with patches of three versions before': {
    actual: {
      [text]: registry(text)
      for text in ['1.18.20', '1.21.14', '1.22.16', '1.22.17', '1.23.14', '1.23.15', '1.24.8', '1.24.9', '1.25.0', '1.34.1']
    },
    expected: {
      '1.18.20': 'k8s.gcr.io',
      '1.21.14': 'k8s.gcr.io',
      '1.22.16': 'k8s.gcr.io',
      '1.22.17': 'registry.k8s.io',
      '1.23.14': 'k8s.gcr.io',
      '1.23.15': 'registry.k8s.io',
      '1.24.8': 'k8s.gcr.io',
      '1.24.9': 'registry.k8s.io',
      '1.25.0': 'registry.k8s.io',
      '1.34.1': 'registry.k8s.io',
    },
  },
  'the nearest known version': {
    actual: [kubeadm.version(text).minor for text in ['1.17.9', '1.18.0', '1.34.2', '1.40.0', '2.0.0', 'none']],
    expected: [18, 18, 34, 34, 34, 34],
  },
  'outside of what is known': {
    actual: { [text]: findings(text) for text in ['1.17.9', '1.18.0', '1.34.2', '1.35.0', '2.0.0'] },
    expected: { '1.17.9': ['refusal'], '1.18.0': [], '1.34.2': [], '1.35.0': ['warning'], '2.0.0': ['warning'] },
  },
  "vendors' versions": {
    actual: {
      [text]: kubeadm.version(text).isVendors
      for text in ['1.34.1', '1.34.0-rc.1', '1.21.4-tke.3', '1.30.0+k3s1', 'v1.30.2-gke.100']
    },
    expected: { '1.34.1': false, '1.34.0-rc.1': false, '1.21.4-tke.3': true, '1.30.0+k3s1': true, 'v1.30.2-gke.100': true },
  },
  'patch versions': {
    actual: { [text]: kubeadm.version(text).hasPatch for text in ['1.34', 'v1.34', '1.34.1', '1.34-tke.1', '1.34.0-rc.1'] },
    expected: { '1.34': false, 'v1.34': false, '1.34.1': true, '1.34-tke.1': false, '1.34.0-rc.1': true },
  },
  tags: {
    actual: [kubeadm.tag(text) for text in ['1.34.1', '1.30.0+k3s1', '1.21.4-tke.3']],
    expected: ['v1.34.1', 'v1.30.0_k3s1', 'v1.21.4-tke.3'],
  },
  'a binding of a namespace and one of the cluster': {
    actual: [
      [binding.kind, std.get(binding.metadata, 'namespace'), binding.roleRef.kind]
      for binding in [kubeadm.binding('Role', 'a', 'b', []), kubeadm.binding('ClusterRole', 'a', 'b', [])]
    ],
    expected: [['RoleBinding', 'kube-system', 'Role'], ['ClusterRoleBinding', null, 'ClusterRole']],
  },
}
