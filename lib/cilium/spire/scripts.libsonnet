// Configuration files and start scripts of SPIRE.
local k = import '../kube.libsonnet';

// HashiCorp's configuration language, as far as SPIRE needs it: objects are blocks, or maps where their name is prefixed
// with '=', and a list of blocks repeats its name.
local hcl(object, indent='') = std.join('', [
  local value = object[name];
  if std.isObject(value) && std.startsWith(name, '=') then indent + name[1:] + ' = {\n' + hcl(value, indent + '  ') + indent + '}\n'
  else if std.isObject(value) then indent + name + ' {\n' + hcl(value, indent + '  ') + indent + '}\n'
  else indent + name + ' = ' + std.manifestJsonMinified(value) + '\n'
  for name in std.objectFields(object)
]);

local health(port) = {
  health_checks: {
    listener_enabled: true,
    bind_address: '0.0.0.0',
    bind_port: port,
    live_path: '/live',
    ready_path: '/ready',
  },
};

local identities(c) =
  local spire = c.values.authentication.mutual.spire;
  local namespace = k.word(spire.install.namespace);
  local account = k.word(spire.install.agent.serviceAccount.name);
  {
    domain: 'spiffe://' + k.word(spire.trustDomain),
    node: self.domain + '/ns/' + namespace + '/sa/' + account,
    agent: self.domain + '/cilium-agent',
    operator: self.domain + '/cilium-operator',
  };

{
  agentConfig(c)::
    local spire = c.values.authentication.mutual.spire;
    hcl({
      agent: {
        data_dir: '/run/spire',
        log_level: 'ERROR',
        server_address: 'spire-server',
        server_port: '8081',
        socket_path: spire.agentSocketPath,
        admin_socket_path: spire.adminSocketPath,
        trust_bundle_path: '/run/spire/bundle/bundle.crt',
        trust_domain: spire.trustDomain,
        // Cilium's agents ask for identities in the name of pods.
        authorized_delegates: [identities(c).agent],
      },
      plugins: {
        'NodeAttestor "k8s_psat"': { plugin_data: { cluster: c.values.cluster.name } },
        'KeyManager "memory"': { plugin_data: {} },
        'WorkloadAttestor "k8s"': {
          plugin_data: { skip_kubelet_verification: spire.install.agent.skipKubeletVerification },
        },
      },
    } + health('4251')),

  serverConfig(c)::
    local spire = c.values.authentication.mutual.spire;
    local ca = spire.install.server.ca;
    hcl({
      server: {
        bind_address: '0.0.0.0',
        bind_port: '8081',
        socket_path: '/tmp/spire-server/private/api.sock',
        trust_domain: spire.trustDomain,
        data_dir: '/run/spire/data',
        log_level: 'INFO',
        ca_key_type: ca.keyType,
        '=ca_subject': {
          country: [ca.subject.country],
          organization: [ca.subject.organization],
          common_name: ca.subject.commonName,
        },
        // Cilium's operator registers an identity for each security identity of the cluster.
        admin_ids: [identities(c).operator],
      },
      plugins: {
        'DataStore "sql"': {
          plugin_data: { database_type: 'sqlite3', connection_string: '/run/spire/data/datastore.sqlite3' },
        },
        'NodeAttestor "k8s_psat"': {
          plugin_data: {
            '=clusters': {
              ['=' + std.escapeStringJson(k.word(c.values.cluster.name))]: {
                use_token_review_api_validation: true,
                service_account_allow_list: [k.word(spire.install.namespace) + ':' + k.word(spire.install.agent.serviceAccount.name)],
              },
            },
          },
        },
        'KeyManager "disk"': { plugin_data: { keys_path: '/run/spire/data/keys.json' } },
        'Notifier "k8sbundle"': { plugin_data: { namespace: spire.install.namespace } },
      },
    } + health('8080')),

  // The agents give up at once if the server does not answer, so they start after it.
  waitForServer(c)::
    local spire = c.values.authentication.mutual.spire;
    local server = if k.isSet(spire.serverAddress) then spire.serverAddress else 'spire-server.' + k.word(spire.install.namespace) + '.svc:8081';
    "server='" + server + "'\n" + |||
      set -e
      deadline=$(( $(date +%s) + 60 ))
      until nc -z -w 3 "$server" > /dev/null 2>&1; do
        if [ "$(date +%s)" -gt "$deadline" ]; then
          echo "The SPIRE server at $server did not answer in time"
          exit 1
        fi
        echo "Waiting for the SPIRE server at $server"
        sleep 1
      done
      echo 'The SPIRE server answers'
    |||,

  // Keeps three entries in the server: for SPIRE's own agents, for Cilium's agents, and for Cilium's operator. The server's
  // program is reached through the process table, since its image has no shell.
  registerEntries(c)::
    local spire = c.values.authentication.mutual.spire;
    local ids = identities(c);
    local accounts = c.values.serviceAccounts;
    std.lines([
      "node_id='" + ids.node + "'",
      "node_selectors='-selector k8s_psat:agent_ns:" + k.word(spire.install.namespace) + ' -selector k8s_psat:agent_sa:' + k.word(spire.install.agent.serviceAccount.name) + "'",
      "agent_id='" + ids.agent + "'",
      "agent_selectors='-selector k8s:ns:" + c.namespace + ' -selector k8s:sa:' + k.word(accounts.cilium.name) + "'",
      "operator_id='" + ids.operator + "'",
      "operator_selectors='-selector k8s:ns:" + c.namespace + ' -selector k8s:sa:' + k.word(accounts.operator.name) + "'",
    ]) + |||
      set -e
      until pgrep spire-server > /dev/null; do
        echo 'Waiting for the SPIRE server to start'
        sleep 5
      done
      root="/proc/$(pgrep spire-server)/root"
      entry() {
        action="$1"
        shift
        "$root/opt/spire/bin/spire-server" entry "$action" -socketPath "$root/tmp/spire-server/private/api.sock" "$@"
      }
      until entry show > /dev/null 2>&1; do
        echo 'Waiting for the SPIRE server to answer'
        sleep 5
      done

      # ensure ID SELECTORS PARENT...: the selectors are several words on purpose
      # shellcheck disable=SC2086
      ensure() {
        id="$1"
        selectors="$2"
        shift 2
        if entry show -spiffeID "$id" $selectors | grep -q 'Found 0 entries'; then
          entry create -spiffeID "$id" $selectors "$@"
        fi
      }
      while pgrep spire-server > /dev/null; do
        ensure "$node_id" "$node_selectors" -node
        ensure "$agent_id" "$agent_selectors" -parentID "$node_id"
        ensure "$operator_id" "$operator_selectors" -parentID "$node_id"
        echo 'All entries are in place'
        sleep 30
      done
    |||,
}
