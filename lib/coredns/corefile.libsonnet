// The Corefile, as text.

local indented(text, by) = std.join('\n', [
  if line == '' then '' else by + line
  for line in std.split(text, '\n')
]);

// A plugin's line or block: its name and what stands behind it.
local directive(name, text) = if text == '' then name else name + ' ' + text;

// A block of options as kubeadm writes it, three blanks in.
local block(head, options) =
  (if head == '' then '' else head + ' ')
  + (if options == [] then '' else '{\n' + indented(std.join('\n', options), '   ') + '\n}');

local server(zones, directives) = zones + ' {\n' + indented(std.join('\n', directives), '    ') + '\n}\n';

// The order is kubeadm's. CoreDNS has its own order of plugins and does not mind.
local order = ['errors', 'health', 'ready', 'kubernetes', 'prometheus', 'forward', 'cache', 'loop', 'reload', 'loadbalance'];

local defaults(params) =
  local domain = params.dnsDomain;
  {
    errors: '',
    health: block('', ['lameduck 5s']),
    ready: '',
    kubernetes: block(domain + ' in-addr.arpa ip6.arpa', ['pods insecure', 'fallthrough in-addr.arpa ip6.arpa', 'ttl 30']),
    prometheus: ':9153',
    forward: std.rstripChars(
      block('. ' + std.join(' ', params.upstreams), if params.has.maxConcurrent then ['max_concurrent 1000'] else []), ' '
    ),
    cache: std.rstripChars(
      block('30', if params.has.uncachedCluster then ['disable success ' + domain, 'disable denial ' + domain] else []), ' '
    ),
    loop: '',
    reload: '',
    loadbalance: '',
  };

// params: dnsDomain, upstreams, stubDomains, plugins, servers, has (features by name)
function(params)
  local own = params.plugins;
  local plugins = defaults(params) + own;
  local names = order + std.setDiff(std.objectFields(own), std.set(order));
  server('.:53', [directive(name, plugins[name]) for name in names if plugins[name] != null])
  + std.join('', [
    server(domain + ':53', ['errors', 'cache 30', 'loop', 'forward . ' + std.join(' ', params.stubDomains[domain])])
    for domain in std.objectFields(params.stubDomains)
  ])
  + std.join('', [
    server(zones, [params.servers[zones]])
    for zones in std.objectFields(params.servers)
  ])
