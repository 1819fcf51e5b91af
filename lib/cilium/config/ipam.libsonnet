// Where pod addresses come from: cluster pools, multi-pool, or a cloud's own interfaces.
local duration = import '../duration.libsonnet';
local k = import '../kube.libsonnet';
local text = k.text;

// 'default=ipv4-cidrs:10.0.0.0/8;ipv4-mask-size:24;…', the form in which the operator takes the pools it creates.
// ends: may a pool say whether the first and the last address of a range are used?
local poolSpec(name, spec, ends) =
  local family(prefix, pool) = [
    prefix + '-cidrs:' + k.joined(pool.cidrs, ','),
    prefix + '-mask-size:' + k.word(pool.maskSize),
  ];
  name + '=' + std.join(';', k.list([
    if 'ipv4' in spec then family('ipv4', spec.ipv4),
    if 'ipv6' in spec then family('ipv6', spec.ipv6),
    if ends && 'allowFirstIP' in spec then 'allow-first-ip:' + k.word(spec.allowFirstIP),
    if ends && 'allowLastIP' in spec then 'allow-last-ip:' + k.word(spec.allowLastIP),
  ]));

{
  make(c)::
    local v = c.values;
    local ipam = v.ipam;
    local operator = ipam.operator;
    local node = ipam.nodeSpec;
    local eni = v.eni;
    local onENI(value) = if k.isSet(eni.enabled) then value;
    local listed(value, separator=',') = if k.isSet(value) then k.joined(value, separator);
    local flag(value) = if k.isSet(value) then 'true';
    local clusterPool = c.ipamMode == 'cluster-pool';
    {
      ipam:
        // On AKS without its own CNI only Cilium's own pools make sense.
        if !k.isSet(v.aksbyocni.enabled) then c.ipamMode
        else if !c.since(19) || !k.isSet(ipam.mode) then 'cluster-pool'
        else if ipam.mode == 'cluster-pool' || ipam.mode == 'multi-pool' then ipam.mode,
      'ipam-cilium-node-update-rate': duration.given(ipam.ciliumNodeUpdateRate),
      'ipam-multi-pool-pre-allocation': text(k.given(ipam.multiPoolPreAllocation)),
      'install-uplink-routes-for-delegated-ipam': text(k.given(ipam.installUplinkRoutesForDelegatedIPAM)),

      'cluster-pool-ipv4-cidr': if clusterPool && k.isSet(v.ipv4.enabled) then k.joined(operator.clusterPoolIPv4PodCIDRList, ' '),
      'cluster-pool-ipv4-mask-size': if clusterPool && k.isSet(v.ipv4.enabled) then text(operator.clusterPoolIPv4MaskSize),
      'cluster-pool-ipv6-cidr': if clusterPool && k.isSet(v.ipv6.enabled) then k.joined(operator.clusterPoolIPv6PodCIDRList, ' '),
      'cluster-pool-ipv6-mask-size': if clusterPool && k.isSet(v.ipv6.enabled) then text(operator.clusterPoolIPv6MaskSize),
      'auto-create-cilium-pod-ip-pools':
        if c.ipamMode == 'multi-pool' then
          local pools = k.orEmptyMap(operator.autoCreateCiliumPodIPPools);
          std.join(',', [poolSpec(name, pools[name], c.since(20)) for name in std.objectFields(pools)]),
      'limit-ipam-api-burst': text(k.given(operator.externalAPILimitBurstSize)),
      'limit-ipam-api-qps': text(k.given(operator.externalAPILimitQPS)),

      // What each node asks for
      'ipam-min-allocate': text(node.ipamMinAllocate),
      'ipam-pre-allocate': text(node.ipamPreAllocate),
      'ipam-max-allocate': text(node.ipamMaxAllocate),
      'ipam-static-ip-tags': listed(node.ipamStaticIPTags),
      'auto-create-cilium-node-resource': if c.cloud != 'generic' then 'true',

      // AWS
      'ec2-api-endpoint': onENI(text(eni.ec2APIEndpoint)),
      'aws-release-excess-ips': onENI(flag(eni.awsReleaseExcessIPs)),
      'aws-enable-prefix-delegation': onENI(flag(eni.awsEnablePrefixDelegation)),
      'eni-tags': onENI(std.manifestJsonMinified(eni.eniTags)),
      'eni-first-interface-index': onENI(text(eni.nodeSpec.firstInterfaceIndex)),
      'eni-subnet-ids': onENI(listed(eni.nodeSpec.subnetIDs)),
      'eni-subnet-tags': onENI(listed(eni.nodeSpec.subnetTags)),
      'eni-security-groups': onENI(listed(eni.nodeSpec.securityGroups)),
      'eni-security-group-tags': onENI(listed(eni.nodeSpec.securityGroupTags)),
      'eni-exclude-interface-tags': onENI(listed(eni.nodeSpec.excludeInterfaceTags)),
      'eni-use-primary-address': onENI(flag(eni.nodeSpec.usePrimaryAddress)),
      'eni-disable-prefix-delegation': onENI(flag(eni.nodeSpec.disablePrefixDelegation)),
      'eni-delete-on-termination': onENI(text(eni.nodeSpec.deleteOnTermination)),
      'subnet-ids-filter': onENI(listed(eni.subnetIDsFilter, ' ')),
      'subnet-tags-filter': onENI(listed(eni.subnetTagsFilter)),
      'instance-tags-filter': onENI(listed(eni.instanceTagsFilter)),
      'eni-gc-interval': text(k.given(eni.gcInterval)),
      'eni-gc-tags': if k.isSet(eni.gcTags) then std.manifestJsonMinified(eni.gcTags),

      // Azure
      'azure-user-assigned-identity-id': if k.isSet(v.azure.enabled) then text(k.given(v.azure.userAssignedIdentityID)),
      'azure-use-primary-address':
        if k.isSet(v.azure.enabled) then
          if k.isSet(v.azure.usePrimaryAddress) then text(v.azure.usePrimaryAddress)
          else text(c.installedBefore(12)),
      'azure-interface-name': text(k.given(v.azure.nodeSpec.azureInterfaceName)),

      // Alibaba Cloud
      'alibabacloud-vswitches': listed(v.alibabacloud.nodeSpec.vSwitches),
      'alibabacloud-vswitch-tags': listed(v.alibabacloud.nodeSpec.vSwitchTags),
      'alibabacloud-security-groups': listed(v.alibabacloud.nodeSpec.securityGroups),
      'alibabacloud-security-group-tags': listed(v.alibabacloud.nodeSpec.securityGroupTags),
    },
}
