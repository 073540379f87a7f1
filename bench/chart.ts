// Curves as SVG: x logarithmic, y from 0.
import type { Curve } from './goal.ts';
import { number } from './goal.ts';

const WIDTH = 720;
const HEIGHT = 380;
const BOX = { left: 70, right: 200, top: 44, bottom: 52 };
const COLORS = ['#0b6e4f', '#c2571a', '#1d4e89', '#9b2226'];

const f = (n: number): string => n.toFixed(1);
const plainText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
/** The least of 1, 2, 5 times a power of ten that is not below n. */
const roundUp = (n: number): number => {
  const power = 10 ** Math.floor(Math.log10(n));
  return ([1, 2, 5, 10].find((m) => m * power >= n) ?? 10) * power;
};

/** @param curves of one picture */
export const chart = (title: string, curves: readonly Curve[]): string => {
  const all = curves.flatMap((c) => c.points);
  const xs = [...new Set(all.map(([x]) => x))].toSorted((a, b) => a - b);
  const [x0, x1] = [xs[0] ?? 1, xs.at(-1) ?? 10];
  const top = roundUp(Math.max(...all.map(([, y]) => y)));
  const [right, bottom] = [WIDTH - BOX.right, HEIGHT - BOX.bottom];
  const px = (x: number): number =>
    BOX.left + (Math.log(x / x0) / Math.max(1e-9, Math.log(x1 / x0))) * (right - BOX.left);
  const py = (y: number): number => bottom - (y / top) * (bottom - BOX.top);
  const grid = [
    ...xs.map(
      (x) =>
        `<line x1="${f(px(x))}" x2="${f(px(x))}" y1="${BOX.top}" y2="${bottom}" class="g"/><text x="${f(px(x))}" y="${bottom + 18}" text-anchor="middle">${number(x)}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<line x1="${BOX.left}" x2="${right}" y1="${f(py(part * top))}" y2="${f(py(part * top))}" class="g"/><text x="${BOX.left - 8}" y="${f(py(part * top) + 4)}" text-anchor="end">${number(part * top)}</text>`,
    ),
  ];
  const lines = curves.map((c, i) => {
    const color = COLORS[i % COLORS.length];
    const [, last] = c.points.at(-1) ?? [0, 0];
    const path = c.points.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${f(px(x))} ${f(py(y))}`).join('');
    const dots = c.points.map(([x, y]) => `<circle cx="${f(px(x))}" cy="${f(py(y))}" r="3" fill="${color}"/>`).join('');
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}<text x="${right + 8}" y="${f(py(last) + 4)}" style="fill:${color};font-weight:600">${plainText(c.name)}</text>`;
  });
  const [{ x = '', y = '' } = {}] = curves;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${plainText(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#444}.g{stroke:#ddd}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${BOX.left}" y="24" style="font-size:15px;font-weight:600;fill:#111">${plainText(title)}</text>`,
    ...grid,
    `<text x="${(BOX.left + right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${plainText(x)}</text>`,
    `<text x="${BOX.left}" y="${BOX.top - 6}">${plainText(y)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
};
