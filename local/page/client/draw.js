// From a LiveState to elements. Rows are text, never markup.
import { colour } from './chart.js';

export const el = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};
export const count = (n) => n.toLocaleString('en', { maximumFractionDigits: n < 10 && n % 1 !== 0 ? 1 : 0 });
const clock = (ms) => new Date(ms).toISOString().slice(11, 19);
export const span = (ms) => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
};

export const totals = (host, { stages, tables }) => {
  const sum = (door) => stages.reduce((n, s) => n + (s.doors?.[door] ?? 0), 0);
  const all = [
    ['events/s', count(stages[0]?.rate ?? 0)],
    ['rows sent', count(tables.reduce((n, t) => n + t.rows, 0))],
    ['late', count(sum('late'))],
    ['rejected', count(sum('rejected'))],
  ];
  host.replaceChildren(...all.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
};

export const stages = (host, { at, stages: list }) => {
  host.replaceChildren(
    ...list.map((s, i) => {
      // The slowest batch window is half a minute.
      const behind = s.lag < 35_000 ? 'good' : s.lag < 120_000 ? 'warn' : 'bad';
      const item = el(
        'li',
        {},
        el('h3', {}, s.name),
        el('p', { className: 'path' }, s.path),
        el('p', { className: 'rate' }, count(s.rate), el('small', {}, ' events/s')),
        el('p', { className: behind }, s.lag === 0 ? 'up to date' : `lag ${span(s.lag)}`),
        el(
          'p',
          {},
          s.watermark === null ? '' : `time ${clock(s.watermark)}, ${span(Math.max(0, at - s.watermark))} behind`,
        ),
      );
      item.style.setProperty('--c', `var(${colour(i)})`);
      return item;
    }),
  );
};

export const tabs = (host, { tables }, chosen, choose) => {
  const total = tables.reduce((n, t) => n + t.rows, 0);
  const all = [{ name: null, label: 'all', rows: total }, ...tables.map((t) => ({ ...t, label: t.name }))];
  const names = all.map((t) => t.label).join();
  if (host.dataset.names !== names) {
    host.dataset.names = names;
    host.replaceChildren(
      ...all.map((t) => el('button', { type: 'button', onclick: () => choose(t.name) }, `${t.label} `, el('span'))),
    );
  }
  all.forEach((t, i) => {
    host.children[i].setAttribute('aria-pressed', String(t.name === chosen));
    host.children[i].lastChild.textContent = t.run === undefined ? count(t.rows) : `${count(t.rows)}, ${t.run}`;
  });
};

const shown = new Set();
export const rows = (host, { rows: list }, chosen) => {
  const picked = list.filter((r) => chosen === null || r.table === chosen).slice(0, 15);
  const names = chosen === null ? ['destination', 'row'] : Object.keys(picked[0]?.columns ?? {});
  const numeric = (name) => picked.every((r) => /^-?[\d.]*$/.test(r.columns[name] ?? ''));
  const side = (name) => (chosen !== null && numeric(name) ? 'n' : '');
  host.classList.toggle('all', chosen === null);
  host.tHead.replaceChildren(
    el('tr', {}, el('th', {}, 'came at'), ...names.map((n) => el('th', { className: side(n) }, n))),
  );
  const first = shown.size === 0;
  const line = (r) => {
    const key = `${r.table}${r.at}${JSON.stringify(r.columns)}`;
    const className = first || shown.has(key) ? '' : 'fresh';
    shown.add(key);
    // A name stays with its value; a line breaks between them.
    const text = Object.entries(r.columns).map(([n, v]) => el('span', {}, `${n} ${v}`));
    const cells =
      chosen === null
        ? [el('td', {}, r.table), el('td', { className: 'row' }, ...text)]
        : names.map((n) => el('td', { className: side(n) }, r.columns[n] ?? ''));
    return el('tr', { className }, el('td', {}, clock(r.at)), ...cells);
  };
  const none = el(
    'tr',
    {},
    el(
      'td',
      { className: 'empty', colSpan: names.length + 1 },
      'none yet: a row of a window comes when the watermark passes its end',
    ),
  );
  host.tBodies[0].replaceChildren(...(picked.length === 0 ? [none] : picked.map(line)));
  if (shown.size > 2_000) shown.clear();
};

/** A destination's part of the page; its table keeps how far it was scrolled. */
const place = (name) => {
  const parts = {
    note: el('p', { className: 'note' }),
    head: el('tr'),
    body: el('tbody'),
  };
  const table = el('table', {}, el('thead', {}, parts.head), parts.body);
  parts.table = el('section', { className: 'scroll', 'aria-label': name }, table);
  const host = el('div', { className: 'place', 'data-destination': name }, el('h3', {}, name), parts.note, parts.table);
  return { host, ...parts };
};

const drawnPlaces = new Map();
/** The newest rows that stand in each destination outside. */
export const places = (host, { destinations }) => {
  for (const { name, where, count: n, rows: list, trouble } of destinations) {
    const known = drawnPlaces.get(name) ?? place(name);
    if (!drawnPlaces.has(name)) host.append(known.host);
    drawnPlaces.set(name, known);
    const names = Object.keys(list[0] ?? {});
    known.note.textContent = trouble === undefined ? `${count(n)} in ${where}` : `${where} does not answer: ${trouble}`;
    known.note.classList.toggle('bad', trouble !== undefined);
    known.table.hidden = list.length === 0;
    known.head.replaceChildren(...names.map((c) => el('th', { scope: 'col' }, c)));
    known.body.replaceChildren(...list.map((r) => el('tr', {}, ...names.map((c) => el('td', {}, r[c] ?? '')))));
  }
};

/** Queries that one thing holds are one line, as `millrace inspect` writes them. */
export const holders = (host, { held }) => {
  host.tHead.replaceChildren(
    el('tr', {}, ...['queries', 'watermark', 'held by'].map((n) => el('th', { scope: 'col' }, n))),
  );
  const bySays = Map.groupBy(held, (h) => h.says);
  host.tBodies[0].replaceChildren(
    ...[...bySays].map(([says, all]) => {
      const known = all.map((h) => h.watermark).filter((w) => w !== null);
      const behind = all[0].behind;
      const className = behind === null || behind < 35_000 ? 'good' : behind < 120_000 ? 'warn' : 'bad';
      return el(
        'tr',
        {},
        el('td', { className: 'row' }, ...all.map((h) => el('span', {}, h.query))),
        el('td', {}, known.length === 0 ? 'none yet' : clock(Math.min(...known))),
        el('td', { className }, says),
      );
    }),
  );
};

const DOORS = ['in', 'passed', 'filtered', 'rejected', 'late', 'duplicate'];
/** Events that came in and have not left yet. */
const door = (name, value, warn = false) =>
  el('td', { className: `n${warn ? ' warn' : ''}`, 'data-door': name }, value);
const underWay = (d) => Math.max(0, d.in - d.passed - d.filtered - d.rejected - d.late - d.duplicate);
export const doors = (host, { stages: list }) => {
  host.tHead.replaceChildren(
    el(
      'tr',
      {},
      el('th', {}, 'stage'),
      ...[...DOORS, 'under way'].map((d) => el('th', { className: 'n', scope: 'col' }, d)),
    ),
  );
  host.tBodies[0].replaceChildren(
    ...list
      .filter((s) => s.doors !== null)
      .map((s) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, s.name),
          ...DOORS.map((d) => door(d, count(s.doors[d]), d === 'rejected' && s.doors[d] > 0)),
          door('under way', count(underWay(s.doors))),
        ),
      ),
  );
};

export const streams = (host, { streams: list }) => {
  host.replaceChildren(
    ...list.map(({ name, shards }) => {
      const open = shards.filter((s) => s.open);
      const ring = el('span', {
        className: 'ring',
        role: 'img',
        'aria-label': `${open.length} open of ${shards.length}`,
      });
      for (const s of open) {
        const part = el('i', { title: s.id }, open.length <= 8 ? String(Number(s.id.replace(/\D+/g, ''))) : '');
        part.style.left = `${s.from * 100}%`;
        part.style.width = `${(s.to - s.from) * 100}%`;
        ring.append(part);
      }
      const records = shards.reduce((n, s) => n + s.records, 0);
      return el(
        'li',
        {},
        el('h3', {}, name),
        ring,
        el(
          'p',
          {},
          `${open.length} open of ${shards.length} shard${shards.length === 1 ? '' : 's'}, ${count(records)} records`,
        ),
      );
    }),
  );
};

/** Rejected and late events, newest first, with what operators did about each. */
export const aside = (host, { aside: list }) => {
  const names = ['id', 'door', 'arrived', 'stage', 'rule', 'why', 'state'];
  host.tHead.replaceChildren(el('tr', {}, ...names.map((name) => el('th', { scope: 'col' }, name))));
  host.tBodies[0].replaceChildren(
    ...list.map((e) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, e.id),
        ...[e.door, clock(e.at), e.stage, e.rule, e.why, e.state].map((text, i) =>
          el('td', { 'data-name': names[i + 1] }, text),
        ),
      ),
    ),
  );
};
