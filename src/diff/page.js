'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const id = (name) => document.getElementById(name);
  // Everything is set as text; nothing of the data becomes markup.
  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };
  const say = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const rank = (name) => data.order.indexOf(name);

  id('headline').textContent = data.headline;
  for (const row of data.classes) {
    const tr = make('tr');
    tr.append(make('td', row.class, 'class ' + row.class), make('td', row.changes), make('td', row.clusters), make('td', row.meaning));
    id('overview').tBodies[0].append(tr);
  }
  const options = (select, values) => {
    for (const value of values) {
      const option = make('option', value);
      option.value = value;
      id(select).append(option);
    }
  };
  const unique = (values) => [...new Set(values)].sort();
  options('cluster', unique(data.changes.flatMap((change) => change.clusters)));
  options('kind', unique(data.changes.map((change) => change.object.kind)));
  options('impact', data.order.slice(1));

  const marked = (cell, line) => {
    let at = 0;
    for (const [from, to] of line.marks) {
      cell.append(line.text.slice(at, from), make('mark', line.text.slice(from, to)));
      at = to;
    }
    cell.append(line.text.slice(at));
  };
  const signs = { same: ' ', removed: '-', added: '+', gap: '⋮' };
  const number = (value) => make('td', value === null ? '' : value, 'number');
  const unified = (lines) => lines.map((line) => {
    const tr = make('tr', undefined, line.tag);
    const cell = make('td', signs[line.tag]);
    marked(cell, line);
    tr.append(number(line.old), number(line.new), cell);
    return tr;
  });
  const split = (lines) => {
    const rows = [];
    const half = (line) => {
      const cell = make('td', undefined, line ? line.tag : '');
      if (line) marked(cell, line);
      return cell;
    };
    const pair = (left, right) => {
      const tr = make('tr');
      tr.append(number(left ? left.old : null), half(left), number(right ? right.new : null), half(right));
      rows.push(tr);
    };
    let gone = [];
    let come = [];
    const flush = () => {
      for (let at = 0; at < Math.max(gone.length, come.length); at += 1) pair(gone[at], come[at]);
      gone = [];
      come = [];
    };
    for (const line of lines) {
      if (line.tag === 'removed') gone.push(line);
      else if (line.tag === 'added') come.push(line);
      else {
        flush();
        pair(line, line);
      }
    }
    flush();
    return rows;
  };

  const impactItem = (impact) => {
    const item = make('li');
    item.append(make('span', impact.class, 'class ' + impact.class), ': ' + impact.reason);
    if (impact.source) {
      const link = make('a', 'source');
      link.href = impact.source;
      link.rel = 'noreferrer';
      item.append(' ', link);
    }
    if (impact.workloads.length > 0) {
      const list = make('ul');
      for (const workload of impact.workloads) {
        const how = workload.rollsOut ? ' restarts by itself' : ' waits for a restart';
        list.append(make('li', workload.kind + ' ' + workload.name + how + (workload.network ? ': ' + workload.network : '')));
      }
      item.append(list);
    }
    return item;
  };
  const fill = (box, change) => {
    const list = make('ul');
    list.append(...[change.impact, ...change.also].filter(Boolean).map(impactItem));
    if (change.cause.length > 0) list.append(make('li', 'because of ' + change.cause.map((cause) => cause.file + ':' + cause.line).join(', ')));
    if (change.objects) list.append(make('li', change.objects + ' objects'));
    list.append(make('li', 'clusters: ' + change.clusters.join(', ')));
    for (const field of change.fields) {
      const before = 'before' in field ? say(field.before) : 'not there';
      const after = 'after' in field ? say(field.after) : 'gone';
      list.append(make('li', field.path + ': ' + before + ' → ' + after));
    }
    const lines = make('div', undefined, 'lines');
    const sideBySide = id('view').value === 'split';
    const table = make('table');
    const head = table.createTHead().insertRow();
    for (const name of sideBySide ? ['old line', 'before', 'new line', 'after'] : ['old line', 'new line', 'text']) {
      const cell = make('th', name);
      cell.scope = 'col';
      head.append(cell);
    }
    table.createTBody().append(...(sideBySide ? split : unified)(change.lines));
    lines.append(table);
    box.replaceChildren(list, lines);
  };

  const entries = data.changes.map((change) => {
    const details = make('details');
    const summary = make('summary');
    summary.append(make('span', change.impact.class, 'class ' + change.impact.class), ' ', make('strong', change.title), ' ' + change.verb + ', ' + change.extent);
    const box = make('div');
    details.append(summary, box);
    // Thousands of objects are built only as they are opened.
    details.addEventListener('toggle', () => details.open && fill(box, change));
    const words = JSON.stringify([change.title, change.fields, change.clusters, change.lines.map((line) => line.text)]).toLowerCase();
    return { change, details, summary, box, words };
  });
  id('changes').append(...entries.map((entry) => entry.details));
  const shown = () => entries.filter((entry) => !entry.details.hidden);

  const filter = () => {
    const [cluster, impact, kind] = ['cluster', 'impact', 'kind'].map((name) => id(name).value);
    const find = id('find').value.toLowerCase();
    for (const { change, details, words } of entries) {
      details.hidden = !((!cluster || change.clusters.includes(cluster)) && (!impact || rank(change.impact.class) >= rank(impact))
        && (!kind || change.object.kind === kind) && words.includes(find));
    }
    id('count').textContent = shown().length + ' of ' + entries.length + ' changes';
  };
  for (const name of ['find', 'cluster', 'impact', 'kind']) id(name).addEventListener('input', filter);
  id('filters').addEventListener('submit', (event) => event.preventDefault());
  id('view').addEventListener('input', () => entries.forEach((entry) => entry.details.open && fill(entry.box, entry.change)));
  id('open').addEventListener('click', () => {
    const all = shown();
    const open = all.some((entry) => !entry.details.open);
    for (const entry of all) entry.details.open = open;
    id('open').textContent = open ? 'Close all' : 'Open all';
  });
  const move = (by) => {
    const all = shown();
    const at = all.findIndex((entry) => entry.summary === document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1);
    if (all[next]) all[next].summary.focus();
  };
  document.addEventListener('keydown', (event) => {
    // Whoever speaks to the browser turns them off: a word would be many keys.
    if (!id('keys').checked || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('select, input:not(#keys)')) return;
    const actions = {
      j: () => move(1),
      k: () => move(-1),
      '/': () => id('find').focus(),
      s: () => {
        id('view').value = id('view').value === 'split' ? 'unified' : 'split';
        id('view').dispatchEvent(new Event('input'));
      },
    };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  // The worst first, as everywhere.
  const clusters = new Map();
  for (const change of data.changes) {
    for (const name of change.clusters) {
      const row = clusters.get(name) || { name, changes: 0, worst: 0 };
      row.changes += 1;
      row.worst = Math.max(row.worst, rank(change.impact.class));
      clusters.set(name, row);
    }
  }
  for (const row of [...clusters.values()].sort((a, b) => b.worst - a.worst || (a.name < b.name ? -1 : 1))) {
    const tr = make('tr');
    const only = make('button', row.name);
    only.type = 'button';
    only.addEventListener('click', () => {
      id('cluster').value = row.name;
      filter();
      id('changes').focus();
    });
    const cell = make('td');
    cell.append(only);
    tr.append(cell, make('td', row.changes), make('td', data.order[row.worst], 'class ' + data.order[row.worst]));
    id('fleet').querySelector('tbody').append(tr);
  }
  filter();
})();
