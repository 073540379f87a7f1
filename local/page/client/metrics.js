// Every metric of the list, a card for each thing watched. Cards are built once; each second changes their texts and lines.
import { count, el, span } from './draw.js';

const KEPT = 60; // seconds that a line shows
const SVG = 'http://www.w3.org/2000/svg';
const KINDS = { function: 'Functions', api: 'Endpoint', stream: 'Streams', table: 'Tables', queue: 'Queues' };

/** `EventsIn` -> `events in`. */
const words = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

const shown = (unit, value) => {
  if (value === null) return '–';
  if (unit === 'Milliseconds') return span(value);
  if (unit === 'USD/hour') return `$${value.toPrecision(2)}`;
  if (unit === 'Bytes' && value >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  if (unit === 'Bytes' && value >= 1e3) return `${(value / 1e3).toFixed(1)} KB`;
  return count(value);
};

/** A line of the newest values; counters show how much they rose in each second. */
const sparkline = () => {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${KEPT} 12`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'polyline');
  svg.append(line);
  const points = [];
  let last = null;
  return {
    svg,
    add(value, counts) {
      const next = value === null ? 0 : counts ? value - (last ?? value) : value;
      last = value;
      points.push(next);
      if (points.length > KEPT) points.shift();
      const top = Math.max(...points, 1e-9);
      const from = KEPT - points.length;
      line.setAttribute('points', points.map((p, i) => `${from + i},${(11 - (p / top) * 10).toFixed(1)}`).join(' '));
    },
  };
};

const cells = new Map();
const build = (host, watched) => {
  const kinds = Map.groupBy(watched, (w) => w.of);
  host.replaceChildren(
    ...[...kinds].flatMap(([kind, all]) => [
      el('h3', {}, KINDS[kind]),
      el(
        'ul',
        { className: 'watched' },
        ...all.map((w) =>
          el(
            'li',
            {},
            el('h4', {}, w.name),
            el(
              'dl',
              {},
              ...w.values.map(({ metric, meaning }) => {
                const line = sparkline();
                const value = el('dd', {}, '');
                cells.set(`${w.of} ${w.name} ${metric}`, { value, line });
                return el(
                  'div',
                  { 'data-metric': metric, title: meaning },
                  el('dt', {}, words(metric)),
                  line.svg,
                  value,
                );
              }),
            ),
          ),
        ),
      ),
    ]),
  );
};

let drawn = '';
export const metrics = (host, { watched }) => {
  const names = watched.map((w) => w.name).join();
  if (drawn !== names) {
    drawn = names;
    build(host, watched);
  }
  for (const w of watched)
    for (const { metric, unit, counts, value } of w.values) {
      const cell = cells.get(`${w.of} ${w.name} ${metric}`);
      cell.value.textContent = shown(unit, value);
      cell.line.add(value, counts);
    }
};
