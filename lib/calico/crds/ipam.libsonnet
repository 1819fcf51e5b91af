// Address pools, and what Calico's IPAM writes down about them.
local s = import 'schema.libsonnet';

local mode = s.enum(['Never', 'Always', 'CrossSubnet']);

local unchangeable(what) = [s.invalid(
  what + ' cannot be changed; follow IP pool migration guide to avoid corruption.',
  'self == oldSelf'
)];

{
  ippools: {
    kind: 'IPPool',
    local isUnset(field) = '!has(self.' + field + ') || size(self.' + field + ') == 0 || self.' + field + " == 'Never'",
    local forLoadBalancers = "!has(self.allowedUses) || !self.allowedUses.exists(u, u == 'LoadBalancer')",
    spec: s.checked(s.object({
      allowedUses: s.set(s.enum(['Workload', 'Tunnel', 'LoadBalancer'])) { maxItems: 10 },
      assignmentMode: s.enum(['Automatic', 'Manual']) { default: 'Automatic' },
      blockSize: s.checked(s.range(s.integer, 0, 128), unchangeable('Block size')),
      cidr: s.checked(s.cidr { maxLength: 48 }, unchangeable('CIDR')),
      disableBGPExport: s.boolean,
      disabled: s.boolean,
      ipipMode: mode,
      namespaceSelector: s.string,
      natOutgoing: s.boolean,
      nodeSelector: s.string,
      vxlanMode: mode,
    }, ['cidr']), [
      s.forbidden(
        'ipipMode and vxlanMode cannot both be enabled',
        "!has(self.ipipMode) || !has(self.vxlanMode) || self.ipipMode == 'Never' || self.vxlanMode == 'Never'"
        + ' || size(self.ipipMode) == 0 || size(self.vxlanMode) == 0'
      ),
      s.forbidden(
        'LoadBalancer IP pool cannot have IPIP or VXLAN enabled',
        forLoadBalancers + ' || (' + isUnset('ipipMode') + ') && (' + isUnset('vxlanMode') + ')'
      ),
      s.forbidden(
        'LoadBalancer cannot be combined with Workload or Tunnel allowed uses',
        forLoadBalancers + " || !self.allowedUses.exists(u, u == 'Workload' || u == 'Tunnel')"
      ),
      s.forbidden(
        'IPIP is not supported on IPv6 pools',
        "!self.cidr.contains(':') || !has(self.ipipMode) || self.ipipMode == 'Never' || size(self.ipipMode) == 0"
      ),
    ]),
  },

  ipreservations: {
    kind: 'IPReservation',
    spec: s.object({ reservedCIDRs: s.set(s.string) { format: 'cidr' } }),
  },

  ipamconfigs: {
    kind: 'IPAMConfig',
    spec: s.object({
      autoAllocateBlocks: s.boolean,
      kubeVirtVMAddressPersistence: s.switch,
      maxBlocksPerHost: s.range(s.integer, 0, 2147483647),
      strictAffinity: s.boolean,
    }, ['autoAllocateBlocks', 'strictAffinity']),
  },

  ipamblocks: {
    kind: 'IPAMBlock',
    spec: s.object({
      affinity: s.string,
      affinityClaimTime: s.time,
      allocations: s.list(s.integer { nullable: true }),
      attributes: s.list(s.object({
        alternateOwnerAttrs: s.map(s.string),
        handle_id: s.string,
        secondary: s.map(s.string),
      })),
      cidr: s.string,
      deleted: s.boolean,
      sequenceNumber: s.int64 { default: 0 },
      sequenceNumberForAllocation: s.map(s.int64),
      strictAffinity: s.boolean,
      unallocated: s.list(s.integer),
    }, ['allocations', 'attributes', 'cidr', 'strictAffinity', 'unallocated']),
  },

  ipamhandles: {
    kind: 'IPAMHandle',
    spec: s.object(
      { block: s.map(s.integer), deleted: s.boolean, handleID: s.string },
      ['block', 'handleID']
    ),
  },

  blockaffinities: {
    kind: 'BlockAffinity',
    spec: s.object(
      s.each(s.string, ['cidr', 'deleted', 'node', 'state', 'type']),
      ['cidr', 'deleted', 'node', 'state']
    ),
  },
}
