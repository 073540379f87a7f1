// Price a month over events a second, both logarithmic, with the crossings marked. Colours of the lines are also their labels'.
import type { Crossing, Curve } from './estimate.ts';
import { rate, usd } from './show-cost.ts';

const WIDTH = 860;
const HEIGHT = 520;
const BOX = { left: 76, right: 150, top: 56, bottom: 58 };
const COLORS = ['#0b6e4f', '#c2571a', '#9b2226', '#1d4e89'];
/** Least distance of two labels, in pixels. */
const APART = 18;

const decades = (from: number, to: number): readonly number[] => {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  return Array.from({ length: Math.floor(Math.log10(to) + 1e-9) - first + 1 }, (_, i) => 10 ** (first + i));
};
const plainText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const short = (n: number): string => (n >= 1 ? n.toLocaleString('en-US') : String(n));
const f = (n: number): string => n.toFixed(1);

/** Moves labels apart, in their order from top to bottom. */
const spread = (wanted: readonly number[]): readonly number[] => {
  const order = wanted.map((y, i) => ({ y, i })).toSorted((a, b) => a.y - b.y);
  for (let k = 1; k < order.length; k++) {
    const [above, here] = [order[k - 1], order[k]];
    if (above !== undefined && here !== undefined) here.y = Math.max(here.y, above.y + APART);
  }
  return wanted.map((_, i) => order.find((o) => o.i === i)?.y ?? 0);
};

export const costSvg = (curves: readonly Curve[], crossings: readonly Crossing[], subtitle: string): string => {
  const all = curves.flatMap((c) => c.points);
  const [x0, x1] = [Math.min(...all.map(([r]) => r)), Math.max(...all.map(([r]) => r))];
  const low = 10 ** Math.floor(Math.log10(Math.min(...all.map(([, p]) => p))));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...all.map(([, p]) => p))));
  const [right, bottom] = [WIDTH - BOX.right, HEIGHT - BOX.bottom];
  const x = (r: number): number =>
    BOX.left + ((Math.log(r) - Math.log(x0)) / (Math.log(x1) - Math.log(x0))) * (right - BOX.left);
  const y = (p: number): number =>
    bottom - ((Math.log(p) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (bottom - BOX.top);
  const grid = [
    ...decades(x0, x1).map(
      (r) =>
        `<line x1="${f(x(r))}" x2="${f(x(r))}" y1="${BOX.top}" y2="${bottom}" class="g"/><text x="${f(x(r))}" y="${bottom + 20}" text-anchor="middle">${short(r)}</text>`,
    ),
    ...decades(low, high).map(
      (p) =>
        `<line x1="${BOX.left}" x2="${right}" y1="${f(y(p))}" y2="${f(y(p))}" class="g"/><text x="${BOX.left - 8}" y="${f(y(p) + 4)}" text-anchor="end">${short(p)}</text>`,
    ),
  ];
  const ends = spread(curves.map((c) => y(c.points.at(-1)?.[1] ?? low)));
  const lines = curves.map((c, i) => {
    const color = COLORS[i % COLORS.length];
    const path = c.points.map(([r, p], k) => `${k === 0 ? 'M' : 'L'}${f(x(r))} ${f(y(p))}`).join('');
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${i === 0 ? 3 : 2}"/><text x="${right + 8}" y="${f((ends[i] ?? 0) + 4)}" fill="${color}" class="l">${plainText(c.name)}</text>`;
  });
  const marks = crossings.map((c, i) => {
    const [cx, cy] = [x(c.rate), y(c.usd)];
    const color =
      COLORS[
        Math.max(
          0,
          curves.findIndex((k) => k.name === c.other),
        ) % COLORS.length
      ];
    // Labels of neighbours go to different sides.
    const below = i % 2 === 0;
    return `<circle cx="${f(cx)}" cy="${f(cy)}" r="5" fill="#fff" stroke="${color}" stroke-width="2"/><text x="${f(cx + (below ? 8 : -8))}" y="${f(cy + (below ? 20 : -12))}" text-anchor="${below ? 'start' : 'end'}" fill="${color}" class="l">${rate(c.rate)}, ${usd(c.usd)} USD</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Price a month over events a second">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#444}.g{stroke:#ddd}.h{font-size:16px;font-weight:600;fill:#111}.l{font-weight:600}</style>',
    COLORS.map((color) => `<style>text[fill="${color}"]{fill:${color}}</style>`).join(''),
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${BOX.left}" y="24" class="h">Price a month (USD) over events a second</text>`,
    `<text x="${BOX.left}" y="43">${plainText(subtitle)}</text>`,
    ...grid,
    `<text x="${(BOX.left + right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">events a second</text>`,
    ...lines,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
};
