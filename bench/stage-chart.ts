// Curves over named stages as SVG: p50 drawn through, p99 dashed, one color for each way of playing.
import type { Curve } from './goal.ts';
import { number } from './goal.ts';

const WIDTH = 720;
const HEIGHT = 380;
const BOX = { left: 70, right: 200, top: 60, bottom: 44 };
const COLORS = ['#9b2226', '#1d4e89', '#0b6e4f'];

const f = (n: number): string => n.toFixed(1);
const plainText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
/** The least of 1, 2, 2.5, 3, 4, 5 times a power of ten that is not below n. */
const roundUp = (n: number): number => {
  const power = 10 ** Math.floor(Math.log10(n));
  return ([1, 2, 2.5, 3, 4, 5, 10].find((m) => m * power >= n) ?? 10) * power;
};

/** @param curves of one picture; `x` names the stages, parted by commas; `name` is `p50, HOW` or `p99, HOW` */
export const stageChart = (title: string, curves: readonly Curve[]): string => {
  const [{ x = '', y = '' } = {}] = curves;
  const stages = x.split(',');
  const top = roundUp(Math.max(...curves.flatMap((c) => c.points).map(([, value]) => value)));
  const [right, bottom] = [WIDTH - BOX.right, HEIGHT - BOX.bottom];
  const px = (i: number): number => BOX.left + 20 + (i / Math.max(1, stages.length - 1)) * (right - BOX.left - 40);
  const py = (value: number): number => bottom - (value / top) * (bottom - BOX.top);
  const hows = [...new Set(curves.map((c) => c.name.slice(c.name.indexOf(',') + 2)))];
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<line x1="${BOX.left}" x2="${right}" y1="${f(py(part * top))}" y2="${f(py(part * top))}" class="g"/><text x="${BOX.left - 8}" y="${f(py(part * top) + 4)}" text-anchor="end">${number(part * top)}</text>`,
  );
  const names = stages.map(
    (s, i) => `<text x="${f(px(i))}" y="${bottom + 20}" text-anchor="middle">${plainText(s)}</text>`,
  );
  const lines = curves.map((c) => {
    const color = COLORS[hows.findIndex((how) => c.name.endsWith(how)) % COLORS.length];
    const dash = c.name.startsWith('p99') ? ' stroke-dasharray="5 4"' : '';
    const path = c.points.map(([i, value], k) => `${k === 0 ? 'M' : 'L'}${f(px(i))} ${f(py(value))}`).join('');
    const dots = c.points.map(([i, value]) => `<circle cx="${f(px(i))}" cy="${f(py(value))}" r="3" fill="${color}"/>`);
    return `<path d="${path}" fill="none" stroke="${color}" stroke-width="2"${dash}/>${dots.join('')}`;
  });
  const legend = hows.map((how, i) => {
    const at = BOX.top + 10 + i * 44;
    const color = COLORS[i % COLORS.length];
    const line = (dy: number, dash: string) =>
      `<line x1="${right + 14}" x2="${right + 40}" y1="${at + dy}" y2="${at + dy}" stroke="${color}" stroke-width="2"${dash}/>`;
    return `<text x="${right + 14}" y="${at}" style="fill:${color};font-weight:600">${plainText(how)}</text>${line(12, '')}<text x="${right + 46}" y="${at + 16}">p50</text>${line(24, ' stroke-dasharray="5 4"')}<text x="${right + 46}" y="${at + 29}">p99</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${plainText(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#444}.g{stroke:#ddd}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${BOX.left}" y="24" style="font-size:15px;font-weight:600;fill:#111">${plainText(title)}</text>`,
    `<text x="${BOX.left}" y="${BOX.top - 12}">${plainText(y)}</text>`,
    ...grid,
    ...names,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
};
