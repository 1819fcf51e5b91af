// What to do and what to check in each phase, as text.
local phases = import 'phases.libsonnet';

local command(text) = '      $ ' + text;

// params: phase, cluster, from, namespace, label, source
function(params)
  local kubectl = 'kubectl -n ' + params.namespace + ' ';
  local old = { galaxy: 'galaxy', calico: 'Calico' }[params.from];
  local pods = std.join(', ', params.cluster.podCIDRs);
  local oldPods = std.join(', ', params.cluster.migration.podCIDRs);

  local texts = [
    [
      '  Cilium starts on every node and makes its tunnels. No pod is its yet, and it enforces no policy.',
      '  Do',
      "    - Open the UDP port of Cilium's tunnel between all nodes.",
      '    - Set migration.phase to 1, render, review, apply.',
      '  Check',
      command(kubectl + 'rollout status daemonset/cilium deployment/cilium-operator'),
      command(kubectl + 'exec daemonset/cilium -- cilium-dbg status --brief'),
      command(kubectl + 'exec daemonset/cilium -- cilium-health status'),
      '    - Every node reaches every other one. New pods still have addresses of ' + oldPods + '.',
      '  Back',
      '    - Take migration away and set cni and podCIDRs as they were. Nothing else has changed.',
    ],
    [
      '  A node with the label ' + params.label + '=true is taken over by Cilium; all others are still of ' + old + '.',
      '  Do',
      '    - Set migration.phase to 2, render, review, apply.',
      '    - Then for one node after the other, control planes last:',
      command('kubectl drain --ignore-daemonsets --delete-emptydir-data NODE'),
      command('kubectl label node NODE --overwrite ' + params.label + '=true'),
      command(kubectl + 'delete pod -l k8s-app=cilium --field-selector spec.nodeName=NODE'),
      command(kubectl + 'rollout status daemonset/cilium'),
      '    - Reboot the node, and then:',
      command('kubectl uncordon NODE'),
      '  Check, after each node',
      '    - A new pod there has an address of ' + pods + ', and reaches pods on nodes of either kind, services and names.',
      '  Back, for a node: drain it, and then',
      command('kubectl label node NODE ' + params.label + '-'),
      command(kubectl + 'delete pod -l k8s-app=cilium --field-selector spec.nodeName=NODE'),
      '    - Delete /etc/cni/net.d/05-cilium.conflist there and reboot: ' + old + ' writes its own file when it starts.',
    ],
    [
      '  Cilium runs as the definition says: it writes its file on every node, and enforces policies.',
      '  Do',
      '    - Every node must have the label:',
      command("kubectl get nodes -l '" + params.label + "!=true'"),
      '    - Set migration.phase to 3, render, review, apply. Agents read their configuration when they start:',
      command(kubectl + 'rollout restart daemonset/cilium deployment/cilium-operator'),
      '  Check',
      '    - No pod but those on the host network has an address of ' + oldPods + ':',
      command('kubectl get pods -A -o wide'),
      '    - Policies do what they should. Those that were taken away for the migration are back.',
      '  Back',
      '    - Phase 2, and restart the agents again.',
    ],
    [
      '  ' + old + ' is gone.',
      '  Do',
      '    - Set migration.phase to 4, render, review, apply with pruning: the objects of ' + old + ' are deleted.',
      '    - Reboot the nodes one by one. Until then these stay: ' + params.source.leftovers + '.',
      '    - Delete /etc/cni/net.d/' + params.source.file + '.cilium_bak on each.',
      command('kubectl label nodes --all ' + params.label + '-'),
      '    - Take migration out of the definition; the tree does not change.',
      '  Check',
      '    - Pods reach each other, services, names and the world after each reboot.',
      '  Back',
      '    - Phase 3 brings the objects of ' + old + ' back. The pods stay with Cilium.',
    ],
  ];

  std.join('\n', std.flattenArrays(std.mapWithIndex(
    function(i, phase)
      [
        'Phase ' + (i + 1) + ': ' + phase.title
        + (if i + 1 == params.phase then ' (now)' else if i + 1 < params.phase then ' (done)' else ''),
      ] + texts[i] + [''],
    phases
  )))
