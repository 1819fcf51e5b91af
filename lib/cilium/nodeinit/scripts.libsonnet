// What node-init runs on each node, in the host's own namespaces and with the host's own tools.
local k = import '../kube.libsonnet';

local strict = '#!/bin/bash\nset -o errexit -o pipefail -o nounset\n';

// GKE's containerd images restore /etc at every boot and containerd then writes GKE's own CNI configuration, so that new
// pods are lost to Cilium. What survives a boot is the kubelet's binary. A wrapper in its place therefore takes GKE's
// configuration away, once, before the real kubelet starts. Elsewhere, and before Kubernetes 1.24, the kubelet only has
// to be told to use CNI. (Its version reads 'Kubernetes v1.24-gke.900'.)
local reconfigureKubelet = |||
  gke_bin=/home/kubernetes/bin
  kubelet_defaults=/etc/default/kubelet

  at_least() { [[ "$(printf '%s\n' "$2" "$1" | sort -V | head -n1)" == "$2" ]]; }

  kubelet_wrapper() {
  printf '#!/bin/bash\ncni_bin=%q\n' "$cni_bin"
  cat <<'WRAPPER'
  set -euo pipefail
  cni_dir=/etc/cni/net.d
  containerd_config=/etc/containerd/config.toml
  version="$(/home/kubernetes/bin/the-kubelet --version)"
  at_least() { [[ "$(printf '%s\n' "$2" "$1" | sort -V | head -n1)" == "$2" ]]; }

  if [[ -z "$(find "$cni_dir" -type f -name '*cilium*')" ]] || grep -qE '^\s+conf_template' "$containerd_config"; then
    # 'disable --now': containerd may not have been started yet at this point of the boot.
    systemctl disable --now containerd
    find "$cni_dir" -type f -not -name '*cilium*' -delete
    sed -Ei 's/^(\s+conf_template)/\#\1/g' "$containerd_config"
    if at_least "${version#Kubernetes }" v1.24; then
      # containerd 1.6 wants some CNI configuration even for pods on the host network; the agent writes the real one.
      printf '{\n\t"cniVersion": "0.3.1",\n\t"name": "cilium",\n\t"type": "cilium-cni"\n}\n' > "$cni_dir/05-cilium.conf"
    fi
    systemctl enable --now containerd
  fi

  if at_least "${version#Kubernetes }" v1.24; then
    exec /home/kubernetes/bin/the-kubelet "$@"
  fi
  exec /home/kubernetes/bin/the-kubelet "$@" --network-plugin=cni --cni-bin-dir="$cni_bin"
  WRAPPER
  }

  if [[ -f "$gke_bin/gke" ]] && grep -qF -- '--container-runtime-endpoint' "$kubelet_defaults"; then
    if [[ -f "$gke_bin/the-kubelet" ]]; then
      echo 'The kubelet is wrapped already'
    else
      echo 'Wrapping the kubelet of this GKE node'
      mv "$gke_bin/kubelet" "$gke_bin/the-kubelet"
      kubelet_wrapper > "$gke_bin/kubelet"
      chmod a+x "$gke_bin/kubelet"
      systemctl restart kubelet
    fi
  else
    version="$(kubelet --version)"
    if ! at_least "${version#Kubernetes }" v1.24; then
      echo 'Making the kubelet use CNI'
      mkdir -p "$cni_bin"
      sed -i "s:--network-plugin=kubenet:--network-plugin=cni\ --cni-bin-dir=$cni_bin:g" "$kubelet_defaults"
      systemctl restart kubelet
    fi
  fi
|||;

local revertKubelet = |||
  gke_bin=/home/kubernetes/bin
  if [[ -f "$gke_bin/gke" ]] && command -v containerd > /dev/null; then
    sed -Ei 's/^\#(\s+conf_template)/\1/g' /etc/containerd/config.toml
    if [[ -f "$gke_bin/the-kubelet" ]]; then
      mv "$gke_bin/the-kubelet" "$gke_bin/kubelet"
    fi
  else
    sed -i "s:--network-plugin=cni\ --cni-bin-dir=$cni_bin:--network-plugin=kubenet:g" /etc/default/kubelet
  fi
  systemctl restart kubelet
|||;

local describeNode = |||
  echo 'Links, routes and addresses before the start:'
  ip link
  ip route
  ip -4 address
  ip -6 address
|||;

// Nodes of some clouds get their packages and users only while they boot.
local waitForCloudInit = |||
  echo 'Waiting for cloud-init'
  cloud-init status --wait
|||;

local removeBridge = |||
  if ip link show cbr0; then
    echo 'Deleting the bridge cbr0'
    ip link del cbr0
  fi
|||;

// The agent waits for this file, see its init container wait-for-node-init.
local markDone = |||
  mkdir -p "$(dirname "$bootstrap_file")"
  date > "$bootstrap_file"
|||;

local removeCilium = |||
  if [[ -e /tmp/node-deinit.cilium.io ]]; then
    exit 0
  fi
  echo 'Waiting for the pods of Cilium to stop'
  if [[ ! -f /etc/crictl.yaml ]] || grep -q docker /etc/crictl.yaml; then
    list() { docker ps; }
  else
    list() { PATH="$PATH:/home/kubernetes/bin" crictl ps; }
  fi
  # 'grep -q' would stop reading, and a broken pipe would end the loop.
  while list | grep -v node-init | grep POD_cilium > /dev/null; do
    sleep 1
  done
  if ip link show cilium_host; then
    ip link del cilium_host
  fi
  rm -f "$bootstrap_file" /tmp/node-init.cilium.io
  touch /tmp/node-deinit.cilium.io
|||;

local settings(c) =
  "bootstrap_file='" + k.word(c.values.nodeinit.bootstrapFile) + "'\n"
  + (if k.isSet(c.values.nodeinit.reconfigureKubelet) then "cni_bin='" + k.word(c.values.cni.binPath) + "'\n" else '');
local given(script) = if k.isSet(script) then script + '\n';

{
  startup(c)::
    local values = c.values.nodeinit;
    std.join('', k.list([
      strict,
      settings(c),
      describeNode,
      if k.isSet(values.waitForCloudInit) then waitForCloudInit,
      given(values.startup.preScript),
      if k.isSet(values.removeCbrBridge) then removeBridge,
      if k.isSet(values.reconfigureKubelet) then reconfigureKubelet,
      markDone,
      if k.isSet(values.revertReconfigureKubelet) then 'rm -f /tmp/node-deinit.cilium.io\n',
      given(values.startup.postScript),
      "echo 'The node is initialized'\n",
    ])),

  // Undoes it when node-init is removed, once Cilium's own pods are gone.
  stop(c)::
    local values = c.values.nodeinit;
    std.join('', k.list([
      strict,
      settings(c),
      given(values.prestop.preScript),
      removeCilium,
      if k.isSet(values.reconfigureKubelet) then revertKubelet,
      given(values.prestop.postScript),
      "echo 'The node is as it was before'\n",
    ])),
}
