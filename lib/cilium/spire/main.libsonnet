// SPIRE, which gives out the identities for mutual authentication: a server, and an agent on every node.
local k = import '../kube.libsonnet';
local scripts = import 'scripts.libsonnet';

local serverRules = [
  k.rule('authentication.k8s.io', ['tokenreviews'], ['create']),
  k.rule('', ['pods'], ['get']),
  k.rule('', ['nodes', 'nodes/proxy'], ['get']),
];
local agentRules = [k.rule('', ['pods', 'nodes', 'nodes/proxy'], ['get'])];
local bundleRules = [k.rule('', ['configmaps'], ['patch', 'get', 'list'])];

// Where the agent's sockets are on the node, whatever their paths are set to.
local socketFolder = '/run/spire/sockets';

// Until 1.19 the port of the probes has no name.
local probes(c, port) =
  local probe(path) = { httpGet: { path: path, port: if c.since(20) then 'http' else port } };
  {
    livenessProbe: probe('/live') { failureThreshold: 2, initialDelaySeconds: 15, periodSeconds: 60, timeoutSeconds: 3 },
    readinessProbe: probe('/ready') { initialDelaySeconds: 5, periodSeconds: 5 },
  };
local named(c, port) = if c.since(20) then { name: 'http', containerPort: port };

function(c)
  local v = c.values;
  local spire = v.authentication.mutual.spire;
  local install = spire.install;
  local home = install.namespace;
  local agent = install.agent;
  local server = install.server;
  local agentName = k.plain(agent.serviceAccount.name);
  local serverName = k.plain(server.serviceAccount.name);
  // What belongs to others is marked only with the user's own labels.
  local metadata(name, annotations=null, labels={}, namespace=home) = k.compact({
    name: k.given(name),
    namespace: k.given(namespace),
    labels: k.given(labels + c.commonLabels),
    annotations: c.annotations([spire.annotations, annotations]),
  });
  local runImage(name, image, command) = k.compact({
    name: name,
    image: c.image(image),
    imagePullPolicy: k.given(image.pullPolicy),
    command: ['/bin/sh', '-c', command],
  });

  local agentDaemonset = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    // The chart puts the server's annotations here as well; those of the agent have no effect.
    metadata: metadata('spire-agent', server.annotations, { app: 'spire-agent' } + k.orEmptyMap(agent.labels)),
    spec: {
      selector: { matchLabels: { app: 'spire-agent' } },
      template: {
        metadata: k.compact({
          namespace: k.given(home),
          labels: { app: 'spire-agent' } + k.orEmptyMap(agent.labels) + c.commonLabels,
        }),
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          hostPID: true,
          hostNetwork: true,
          dnsPolicy: 'ClusterFirstWithHostNet',
          serviceAccountName: agentName,
          priorityClassName: c.priorityClass(agent.priorityClassName, 'system-node-critical'),
          securityContext: k.given(agent.podSecurityContext),
          initContainers: [runImage('init', install.initImage, scripts.waitForServer(c))],
          containers: [k.compact({
            name: 'spire-agent',
            image: c.image(agent.image),
            imagePullPolicy: k.given(agent.image.pullPolicy),
            args: ['-config', '/run/spire/config/agent.conf'],
            env: [{ name: 'MY_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
            ports: k.given(k.list([named(c, 4251)])),
            securityContext: k.given(agent.securityContext),
            resources: k.given(agent.resources),
            volumeMounts: [
              k.mount('spire-config', '/run/spire/config', readOnly=true),
              k.mount('spire-bundle', '/run/spire/bundle'),
              k.mount('spire-agent-socket', socketFolder, readOnly=false),
              k.mount('spire-agent', '/var/run/secrets/tokens'),
            ],
          } + probes(c, 4251))],
          affinity: k.given(agent.affinity),
          nodeSelector: k.given(agent.nodeSelector),
          // SPIRE comes before Cilium's agents, on nodes that still wait for them.
          tolerations: k.list([
            agent.tolerations,
            {
              key: if k.isSet(v.agentNotReadyTaintKey) then v.agentNotReadyTaintKey else 'node.cilium.io/agent-not-ready',
              effect: 'NoSchedule',
            },
          ]),
          volumes: [
            { name: 'spire-config', configMap: { name: 'spire-agent' } },
            { name: 'spire-bundle', configMap: { name: 'spire-bundle' } },
            k.hostPath('spire-agent-socket', socketFolder, 'DirectoryOrCreate'),
            {
              name: 'spire-agent',
              projected: { sources: [{ serviceAccountToken: { path: 'spire-agent', expirationSeconds: 600, audience: 'spire-server' } }] },
            },
          ],
        }),
      },
    },
  };

  // Without a volume the server forgets its authority whenever it restarts.
  local stored = k.isSet(server.dataStorage.enabled);
  local serverStatefulset = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('spire-server', server.annotations, { app: 'spire-server' } + k.orEmptyMap(server.labels)),
    spec: k.compact({
      replicas: 1,
      selector: { matchLabels: { app: 'spire-server' } },
      serviceName: 'spire-server',
      template: {
        metadata: {
          annotations: { 'kubectl.kubernetes.io/default-container': 'spire-server' },
          labels: { app: 'spire-server' } + k.orEmptyMap(server.labels) + c.commonLabels,
        },
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          serviceAccountName: serverName,
          shareProcessNamespace: true,
          hostUsers: c.hostUsers(true),
          priorityClassName: c.priorityClass(server.priorityClassName, 'system-node-critical'),
          securityContext: k.given(server.podSecurityContext),
          initContainers: k.given(server.initContainers),
          containers: [
            runImage('cilium-init', install.initImage, scripts.registerEntries(c)),
            k.compact({
              name: 'spire-server',
              image: c.image(server.image),
              imagePullPolicy: k.given(server.image.pullPolicy),
              args: ['-config', '/run/spire/config/server.conf'],
              ports: k.list([{ name: 'grpc', containerPort: 8081 }, named(c, 8080)]),
              securityContext: k.given(server.securityContext),
              resources: k.given(server.resources),
              volumeMounts: k.list([
                k.mount('spire-config', '/run/spire/config', readOnly=true),
                if stored then k.mount('spire-data', '/run/spire/data', readOnly=false),
                k.mount('spire-server-socket', '/tmp/spire-server/private', readOnly=false),
              ]),
            } + probes(c, 8080)),
          ],
          affinity: k.given(server.affinity),
          nodeSelector: k.given(server.nodeSelector),
          tolerations: k.given(server.tolerations),
          volumes: k.list([
            { name: 'spire-config', configMap: { name: 'spire-server' } },
            k.hostPath('spire-server-socket', '/var/run/spire-server/sockets', 'DirectoryOrCreate'),
          ]),
        }),
      },
      volumeClaimTemplates: if stored then [{
        metadata: { name: 'spire-data' },
        spec: k.compact({
          accessModes: [if k.isSet(server.dataStorage.accessMode) then server.dataStorage.accessMode else 'ReadWriteOnce'],
          resources: { requests: k.compact({ storage: k.given(server.dataStorage.size) }) },
          storageClassName: k.given(server.dataStorage.storageClass),
        }),
      }],
    }),
  };

  // bound: the role that the bindings name
  local role(account, rules, bound=account) = {
    role: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: metadata(account, namespace=null),
      rules: rules,
    },
    binding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: metadata(account, namespace=null),
    } + k.binding('ClusterRole', bound, account, home),
  };
  local agentAccount = k.isSet(agent.serviceAccount.create);
  local serverAccount = k.isSet(server.serviceAccount.create);
  local agentRole = role(agentName, agentRules);
  // The chart binds the server's roles by the name that they have by default, whatever they are called.
  local serverRole = role(serverName, serverRules, 'spire-server');
  local withRoles = k.isSet(v.rbac.create);

  if !(c.spire && k.isSet(install.enabled)) then {} else {
    namespace: if !k.isSet(install.existingNamespace) then {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: metadata(home, namespace=null),
    },
    agentDaemonset: agentDaemonset,
    agentConfig: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('spire-agent'),
      data: { 'agent.conf': scripts.agentConfig(c) },
    },
    agentServiceAccount: if agentAccount then { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(agentName) },
    agentClusterRole: if agentAccount && withRoles then agentRole.role,
    agentClusterRoleBinding: if agentAccount && withRoles then agentRole.binding,
    // The server writes its authority here, and the agents read it.
    bundleConfig: { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('spire-bundle') },
    serverStatefulset: serverStatefulset,
    serverConfig: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('spire-server'),
      data: { 'server.conf': scripts.serverConfig(c) },
    },
    serverService: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('spire-server', server.service.annotations, k.orEmptyMap(server.service.labels)),
      spec: k.compact({
        type: k.given(server.service.type),
        ports: [{ name: 'grpc', port: 8081, targetPort: 'grpc', protocol: 'TCP' }],
        selector: { app: 'spire-server' },
      }),
    },
    serverServiceAccount: if serverAccount then { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(serverName) },
    serverClusterRole: if serverAccount && withRoles then serverRole.role,
    serverClusterRoleBinding: if serverAccount && withRoles then serverRole.binding,
    serverRole: if serverAccount then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(serverName),
      rules: bundleRules,
    },
    serverRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(serverName),
    } + k.binding('Role', 'spire-server', serverName, home),
    serverPodRoleBinding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: k.compact({
        name: k.word(serverName) + '-pod',
        namespace: k.given(home),
        annotations: k.given(spire.annotations),
      }),
    } + k.binding('ClusterRole', k.word(serverName) + '-pod', serverName, home),
  }
