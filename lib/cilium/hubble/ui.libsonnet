// Hubble UI: nginx serves the page, a backend asks Relay.
local k = import '../kube.libsonnet';
local monitoring = import '../monitoring.libsonnet';

local appLabels = { 'k8s-app': 'hubble-ui' };
local labels = appLabels { 'app.kubernetes.io/name': 'hubble-ui' };
local certificates = '/var/lib/hubble-ui/certs/';

local rules(c) = k.list([
  if !c.since(19) then k.rule('networking.k8s.io', ['networkpolicies'], k.read),
  k.rule('', k.list(['componentstatuses', if !c.since(20) then 'endpoints', 'namespaces', 'nodes', 'pods', 'services']), k.read),
  k.rule('apiextensions.k8s.io', ['customresourcedefinitions'], k.read),
  if !c.since(19) then k.rule('cilium.io', ['*'], k.read),
]);

// The page lives under a path of its own if asked to: nginx takes the path away before it looks for a file, and tells
// the page what its links start with.
local nginx(c) =
  local ui = c.values.hubble.ui;
  local base = k.word(ui.baseUrl);
  local prefix = std.rstripChars(base, '/');
  local atRoot = prefix == '';
  local strip = if atRoot then [] else ['rewrite ^' + prefix + '(/.*)$ $1 break;'];
  local block(head, lines) = [head + ' {'] + ['    ' + line for line in lines] + ['}'];
  std.lines(block('server', std.flattenArrays([
    ['listen 8081;'],
    if k.isSet(ui.frontend.server.ipv6.enabled) then ['listen [::]:8081;'] else [],
    [
      'server_name localhost;',
      'root /app;',
      'index index.html;',
      'client_max_body_size 1G;',
      'proxy_set_header Host $host;',
      'proxy_set_header X-Real-IP $remote_addr;',
    ],
    // Flows: a stream to the backend beside nginx
    block('location ' + prefix + '/api', strip + [
      'proxy_http_version 1.1;',
      'proxy_pass_request_headers on;',
      'proxy_pass http://127.0.0.1:8090' + (if atRoot then '' else '/') + ';',
    ]),
    // The page: whatever is no file is a view of it. nginx wants its fallback named twice.
    if atRoot then [] else ["sub_filter '<base href=\"/\"/>' '<base href=\"" + base + "\"/>';", 'sub_filter_once on;'],
    block('location ' + prefix + '/', [
      'if ($http_user_agent ~* "kube-probe") { access_log off; }',
    ] + strip + [
      'try_files $uri $uri/ /index.html /index.html;',
    ]),
    block('location /healthz', [
      'access_log off;',
      'add_header Content-Type text/plain;',
      "return 200 'ok';",
    ]),
  ])));

local deployment(c) =
  local v = c.values;
  local hubble = v.hubble;
  local ui = hubble.ui;
  local toRelayTLS = k.isSet(hubble.relay.tls.server.enabled);
  local container(name, values, spec) = k.compact({
    name: name,
    image: c.image(values.image),
    imagePullPolicy: k.given(values.image.pullPolicy),
    resources: k.given(values.resources),
    securityContext: k.given(values.securityContext),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  } + spec);
  local port = if c.since(19) then 'http' else 8081;
  local frontend = container('frontend', ui.frontend, {
    ports: [{ name: 'http', containerPort: 8081 }],
    livenessProbe: { httpGet: { path: '/healthz', port: port } },
    readinessProbe: { httpGet: { path: '/', port: port } },
    env: k.given(ui.frontend.extraEnv),
    volumeMounts: k.list([
      { name: 'hubble-ui-nginx-conf', mountPath: '/etc/nginx/conf.d/default.conf', subPath: 'nginx.conf' },
      k.mount('tmp-dir', '/tmp'),
      ui.frontend.extraVolumeMounts,
    ]),
  });
  // The backend could be probed before 1.20.
  local backendProbe(name) =
    if !c.since(20) && k.isSet(ui.backend[name].enabled) then { httpGet: { path: '/healthz', port: 8090 } };
  local backend = container('backend', ui.backend, {
    env: k.list([
      { name: 'EVENTS_SERVER_PORT', value: '8090' },
      { name: 'FLOWS_API_ADDR', value: if toRelayTLS then 'hubble-relay:443' else 'hubble-relay:80' },
      if toRelayTLS then [
        { name: 'TLS_TO_RELAY_ENABLED', value: 'true' },
        k.compact({ name: 'TLS_RELAY_SERVER_NAME', value: k.given(hubble.relay.tls.server.relayName) }),
        { name: 'TLS_RELAY_CA_CERT_FILES', value: certificates + 'hubble-relay-ca.crt' },
        { name: 'TLS_RELAY_CLIENT_CERT_FILE', value: certificates + 'client.crt' },
        { name: 'TLS_RELAY_CLIENT_KEY_FILE', value: certificates + 'client.key' },
      ],
      ui.backend.extraEnv,
    ]),
    livenessProbe: backendProbe('livenessProbe'),
    readinessProbe: backendProbe('readinessProbe'),
    ports: [{ name: 'grpc', containerPort: 8090 }],
    volumeMounts: k.given(k.list([
      if toRelayTLS then k.mount('hubble-ui-client-certs', '/var/lib/hubble-ui/certs', readOnly=true),
      ui.backend.extraVolumeMounts,
    ])),
  });
  local certificateVolume =
    if k.isSet(ui.standalone.enabled) then { name: 'hubble-ui-client-certs' } + k.orEmptyMap(ui.standalone.tls.certsVolume)
    else c.certificateVolume('hubble-ui-client-certs', c.certificateSources(
      if k.isSet(ui.tls.client.existingSecret) then ui.tls.client.existingSecret else 'hubble-ui-client-certs',
      [{ key: 'tls.crt', path: 'client.crt' }, { key: 'tls.key', path: 'client.key' }],
      'hubble-relay-ca.crt',
      optional=null,
    ));
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: c.metadata('hubble-ui', labels + k.orEmptyMap(ui.labels), ui.annotations),
    spec: k.compact({
      replicas: ui.replicas,
      selector: { matchLabels: appLabels },
      strategy: k.given(ui.updateStrategy),
      template: {
        metadata: k.compact({
          annotations: c.annotations([
            if k.isSet(ui.rollOutPods) then { 'cilium.io/hubble-ui-nginx-configmap-checksum': c.checksum(nginx(c)) },
            ui.podAnnotations,
          ]),
          labels: labels + c.labels + k.orEmptyMap(ui.podLabels),
        }),
        spec: k.compact({
          imagePullSecrets: k.given(v.imagePullSecrets),
          securityContext: k.given(ui.securityContext),
          hostUsers: if std.isBoolean(hubble.hostUsers) then c.hostUsers(hubble.hostUsers),
          priorityClassName: k.plain(ui.priorityClassName),
          serviceAccountName: v.serviceAccounts.ui.name,
          automountServiceAccountToken: v.serviceAccounts.ui.automount,
          containers: [frontend, backend],
          affinity: k.given(ui.affinity),
          topologySpreadConstraints: c.spread(ui.topologySpreadConstraints, appLabels),
          nodeSelector: k.given(ui.nodeSelector),
          tolerations: k.given(ui.tolerations),
          volumes: k.list([
            { name: 'hubble-ui-nginx-conf', configMap: { name: 'hubble-ui-nginx', defaultMode: 420 } },
            { name: 'tmp-dir' } + (if k.isSet(ui.tmpVolume) then ui.tmpVolume else { emptyDir: { [if c.since(20) then 'sizeLimit']: '256Mi' } }),
            if toRelayTLS then certificateVolume,
            ui.frontend.extraVolumes,
            ui.backend.extraVolumes,
          ]),
        }),
      },
    }),
  };

local ingress(c) =
  local ui = c.values.hubble.ui;
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: c.metadata('hubble-ui', labels + k.orEmptyMap(ui.ingress.labels), c.annotations([ui.annotations, ui.ingress.annotations])),
    spec: k.compact({
      ingressClassName: k.given(ui.ingress.className),
      tls: k.given(ui.ingress.tls),
      rules: k.given([
        {
          host: host,
          http: {
            paths: [{
              path: ui.baseUrl,
              pathType: 'Prefix',
              backend: { service: { name: 'hubble-ui', port: { name: 'http' } } },
            }],
          },
        }
        for host in k.orEmpty(ui.ingress.hosts)
      ]),
    }),
  };

function(c) if !c.ui then {} else
  local v = c.values;
  local ui = v.hubble.ui;
  local account = v.serviceAccounts.ui;
  local withAccount = k.isSet(account.create);
  local withRole = withAccount && k.isSet(v.rbac.create);
  local nodePort = ui.service.type == 'NodePort' && k.isSet(ui.service.nodePort);
  {
    uiDeployment: deployment(c),
    uiConfig: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: c.bareMetadata('hubble-ui-nginx', ui.annotations),
      data: { 'nginx.conf': nginx(c) },
    },
    uiService: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: c.metadata('hubble-ui', labels + k.orEmptyMap(ui.service.labels), c.annotations([ui.annotations, ui.service.annotations])),
      spec: k.compact({
        type: ui.service.type,
        selector: appLabels,
        ports: [k.compact({ name: 'http', port: 80, targetPort: 8081, nodePort: if nodePort then ui.service.nodePort })],
      }),
    },
    uiServiceAccount: if withAccount then {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: c.bareMetadata(account.name, c.annotations([ui.annotations, account.annotations])),
    },
    uiClusterRole: if withRole then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: c.clusterMetadata('hubble-ui', annotations=ui.annotations),
      rules: rules(c),
    },
    uiClusterRoleBinding: if withRole then {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: c.clusterMetadata('hubble-ui', annotations=ui.annotations),
    } + k.binding('ClusterRole', 'hubble-ui', account.name, c.namespace),
    uiIngress: if k.isSet(ui.ingress.enabled) then ingress(c),
    uiPodDisruptionBudget: monitoring.disruptionBudget(c, 'hubble-ui', ui.podDisruptionBudget, labels, appLabels, ui.annotations),
  }
