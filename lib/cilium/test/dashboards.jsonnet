// Dashboards by what Grafana and Prometheus make of them.
local example = import 'example.libsonnet';
local table = import 'metrics.libsonnet';

local rendered = example.new({
  dashboards: { enabled: true },
  operator: { dashboards: { enabled: true } },
  hubble: { metrics: { dashboards: { enabled: true } } },
}).components.dashboards;
// Read back from the text that Grafana gets.
local dashboards = {
  [rendered[key].metadata.name]: std.parseJson(rendered[key].data[std.objectFields(rendered[key].data)[0]])
  for key in std.objectFields(rendered)
};
local names = std.objectFields(dashboards);
local graphs(dashboard) = [panel for panel in dashboard.panels if panel.type != 'row'];

local isWord(char) = char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z' || char >= '0' && char <= '9' || char == '_' || char == ':';
// Words outside of quotes.
local words(expr) =
  local outside = std.join(' ', std.filterMap(
    function(i) i % 2 == 0, function(i) std.split(expr, '"')[i], std.range(0, std.length(std.split(expr, '"')) - 1)
  ));
  [word for word in std.split(std.join('', [if isWord(char) then char else ' ' for char in std.stringChars(outside)]), ' ') if word != ''];
local prefixed(word) = std.startsWith(word, 'cilium_') || std.startsWith(word, 'hubble_') || std.length(std.findSubstr(':', word)) > 0;
// What a series of a histogram is one of.
local base(word) =
  local ends = [end for end in ['_bucket', '_count', '_sum'] if std.endsWith(word, end)];
  local whole = if ends == [] then word else word[:std.length(word) - std.length(ends[0])];
  if whole in table.metrics && table.metrics[whole].kind == 'histogram' then whole else word;
local parts(text, open, close) = [std.split(rest, close)[0] for rest in std.split(text, open)[1:]];
// The word that a text begins with.
local firstWord(text) =
  local ends = [i for i in std.range(0, std.length(text) - 1) if !isWord(text[i])];
  if ends == [] then text else text[:ends[0]];
local firstWords(list) = [firstWord(std.stripChars(part, ' ')) for part in std.split(list, ',')];
// The labels that a query selects or groups by.
local labels(expr) = std.set(std.flattenArrays(
  [firstWords(selector) for selector in parts(expr, '{', '}')] + [firstWords(list) for list in parts(expr, 'by (', ')')]
));
local queries(name) = [
  { expr: target.expr, at: name + ': ' + panel.title }
  for panel in graphs(dashboards[name])
  for target in panel.targets
];
local everyQuery = std.flattenArrays([queries(name) for name in names]);
local metricsOf(expr) = [base(word) for word in words(expr) if prefixed(word)];
local known(word) = word in table.metrics || std.member(table.rules, word);

local overlaps(a, b) =
  a.gridPos.x < b.gridPos.x + b.gridPos.w && b.gridPos.x < a.gridPos.x + a.gridPos.w
  && a.gridPos.y < b.gridPos.y + b.gridPos.h && b.gridPos.y < a.gridPos.y + a.gridPos.h;
local variables(dashboard) = [variable.name for variable in dashboard.templating.list];
local isGroup(word) = word == '1';  // of a regular expression
local used(text) = [firstWord(part) for part in std.split(text, '$')[1:] if !isGroup(firstWord(part))];
local ids(dashboard) = [panel.id for panel in dashboard.panels];

{
  'every dashboard of the chart is there': {
    actual: names,
    expected: [
      'cilium-dashboard',
      'cilium-operator-dashboard',
      'hubble-dashboard',
      'hubble-dns-namespace',
      'hubble-l7-http-metrics-by-workload',
      'hubble-network-overview-namespace',
    ],
  },
  'each by an id of its own': {
    actual: std.length(std.set([dashboards[name].uid for name in names])),
    expected: std.length(names),
  },
  'no panel has the id of another': {
    actual: [name for name in names if std.length(std.set(ids(dashboards[name]))) != std.length(ids(dashboards[name]))],
    expected: [],
  },
  'no panel lies over another, or beside the page': {
    actual: [
      name + ': ' + panels[i].title
      for name in names
      for panels in [dashboards[name].panels]
      for i in std.range(0, std.length(panels) - 1)
      if panels[i].gridPos.x + panels[i].gridPos.w > 24
         || std.length([other for other in panels[i + 1:] if overlaps(panels[i], other)]) > 0
    ],
    expected: [],
  },
  'no panel stands twice in a dashboard': {
    actual: [
      name
      for name in names
      for titles in [[std.manifestJsonMinified(panel.targets) for panel in graphs(dashboards[name])]]
      if std.length(std.set(titles)) != std.length(titles)
    ],
    expected: [],
  },
  'every graph has a title, a unit and a query with a legend': {
    actual: [
      name
      for name in names
      for panel in graphs(dashboards[name])
      if panel.title == '' || panel.fieldConfig.defaults.unit == '' || panel.targets == []
         || [target for target in panel.targets if target.expr == '' || target.legendFormat == ''] != []
    ],
    expected: [],
  },
  'the data source is the one that the user chooses': {
    actual: [
      name
      for name in names
      if dashboards[name].templating.list[0] { query: null } != { name: 'DS_PROMETHEUS', label: 'Data source', type: 'datasource', query: null }
         || std.set([
           std.manifestJsonMinified(source)
           for panel in graphs(dashboards[name])
           for source in [panel.datasource] + [target.datasource for target in panel.targets]
         ]) != ['{"type":"prometheus","uid":"${DS_PROMETHEUS}"}']
    ],
    expected: [],
  },
  'every query names a metric that there is': {
    actual: [query.at + ': ' + word for query in everyQuery for word in metricsOf(query.expr) if !known(word)],
    expected: [],
  },
  'and at least one': {
    actual: [query.at for query in everyQuery if metricsOf(query.expr) == []],
    expected: [],
  },
  'variables too': {
    actual: [
      name + ': ' + variable.name
      for name in names
      for variable in dashboards[name].templating.list[1:]
      if [word for word in metricsOf(variable.query) if !known(word)] != [] || metricsOf(variable.query) == []
    ],
    expected: [],
  },
  'every metric of the table is asked for': {
    local asked = std.set(std.flattenArrays(
      [metricsOf(query.expr) for query in everyQuery]
      + [metricsOf(variable.query) for name in names for variable in dashboards[name].templating.list[1:]]
    )),
    actual: std.setDiff(std.objectFields(table.metrics), asked),
    expected: [],
  },
  'a counter is read as a rate, or as its sum since the start': {
    actual: [
      query.at
      for query in everyQuery
      if [word for word in metricsOf(query.expr) if word in table.metrics && table.metrics[word].kind == 'counter'] != []
         && std.findSubstr('rate(', query.expr) == [] && !std.startsWith(query.expr, 'sum(cilium_datapath_conntrack_dump_resets_total')
    ],
    expected: [],
  },
  'a label that is selected or grouped by is one of the metrics': {
    actual: [
      query.at + ': ' + label
      for query in everyQuery
      for metrics in [metricsOf(query.expr)]
      if [word for word in metrics if std.member(table.rules, word)] == []
      for label in std.setDiff(labels(query.expr), std.set(
        ['le', ''] + table.scraped + std.flattenArrays([table.metrics[word].labels for word in metrics if word in table.metrics])
      ))
    ],
    expected: [],
  },
  'every variable of a query is one of the dashboard': {
    actual: [
      name + ': ' + variable
      for name in names
      for query in queries(name)
      for variable in used(query.expr)
      if !std.member(variables(dashboards[name]) + ['__rate_interval'], variable)
    ],
    expected: [],
  },
  'and every variable of the dashboard is asked for': {
    actual: [
      name + ': ' + variable
      for name in names
      for variable in variables(dashboards[name])[1:]
      if [query for query in queries(name) if std.member(used(query.expr), variable)] == []
    ],
    expected: [],
  },
  'brackets are closed': {
    actual: [
      query.at
      for query in everyQuery
      for pair in ['()', '{}', '[]']
      if std.length(std.findSubstr(pair[0], query.expr)) != std.length(std.findSubstr(pair[1], query.expr))
    ],
    expected: [],
  },
  'Grafana finds them by their label': {
    actual: [rendered[key].metadata.labels.grafana_dashboard for key in std.objectFields(rendered)],
    expected: ['1' for _ in names],
  },
  'in the namespace and by the label that the values name': {
    local maps = example.new({ dashboards: { enabled: true, namespace: 'grafana', label: 'board', labelValue: 'yes', annotations: { folder: 'net' } } }).components.dashboards,
    local meta = maps.ciliumDashboard.metadata,
    actual: [std.objectFields(maps), meta.namespace, meta.labels.board, meta.annotations],
    expected: [['ciliumDashboard'], 'grafana', 'yes', { folder: 'net' }],
  },
}
