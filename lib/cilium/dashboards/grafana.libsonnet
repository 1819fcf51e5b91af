// Grafana dashboards from tables: rows of panels, each a title, a unit and its queries.
{
  // One line of a graph.
  query(expr, legend):: { expr: expr, legend: legend },

  // How a value spreads over pods.
  spread(inner):: [self.query(fn + '(' + inner + ')', fn) for fn in ['min', 'avg', 'max']],

  graph(title, unit, queries):: { title: title, unit: unit, type: 'timeseries', queries: if std.isArray(queries) then queries else [queries] },
  bars(title, unit, query):: { title: title, unit: unit, type: 'bargauge', queries: [query] },
  stat(title, unit, query):: { title: title, unit: unit, type: 'stat', queries: [query] },

  row(title, panels):: { title: title, panels: panels },

  // A variable whose choices are the values of a label.
  choice(name, metric, label=name):: {
    name: name,
    type: 'query',
    datasource: { type: 'prometheus', uid: '${DS_PROMETHEUS}' },
    query: 'label_values(' + metric + ', ' + label + ')',
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    sort: 1,
  },

  dashboard(uid, title, rows, variables=[]):: {
    local source = { type: 'prometheus', uid: '${DS_PROMETHEUS}' },
    // Every panel is half as wide as the page; rows start anew.
    local heights = std.foldl(
      function(found, row) { at: found.at + 1 + 8 * std.ceil(std.length(row.panels) / 2), starts: found.starts + [found.at] },
      rows,
      { at: 0, starts: [] },
    ),
    uid: uid,
    title: title,
    tags: ['cilium'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [{ name: 'DS_PROMETHEUS', label: 'Data source', type: 'datasource', query: 'prometheus' }] + variables,
    },
    panels: std.flattenArrays([
      local row = rows[r];
      local top = heights.starts[r];
      [{ id: r * 100 + 1, type: 'row', title: row.title, collapsed: false, panels: [], gridPos: { x: 0, y: top, w: 24, h: 1 } }]
      + [
        local panel = row.panels[p];
        {
          id: r * 100 + p + 2,
          type: panel.type,
          title: panel.title,
          datasource: source,
          gridPos: { x: 12 * (p % 2), y: top + 1 + 8 * std.floor(p / 2), w: 12, h: 8 },
          fieldConfig: { defaults: { unit: panel.unit }, overrides: [] },
          targets: [
            { refId: std.char(65 + q), datasource: source, expr: panel.queries[q].expr, legendFormat: panel.queries[q].legend }
            for q in std.range(0, std.length(panel.queries) - 1)
          ],
        }
        for p in std.range(0, std.length(row.panels) - 1)
      ]
      for r in std.range(0, std.length(rows) - 1)
    ]),
  },
}
