// Lines over time as SVG, with nothing else needed to look at it.

export type Line = {
  readonly name: string;
  readonly color: string;
  /** One value for each instant; null where there is none. */
  readonly values: readonly (number | null)[];
};
export type Plot = { readonly title: string; readonly unit: string; readonly lines: readonly Line[] };

const WIDTH = 960;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 150;
const TOP = 34;
const BOTTOM = 30;

const text = (x: number, y: number, s: string, more = ''): string => `<text x="${x}" y="${y}" ${more}>${s}</text>`;

/** 1, 2 or 5 times a power of ten, so that about five fit. */
const stepOf = (most: number): number => {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10) * power;
};

const draw = (plot: Plot, at: readonly number[], y0: number): string => {
  const most = Math.max(...plot.lines.flatMap((l) => l.values.map((v) => v ?? 0)), 1e-9);
  const step = stepOf(most);
  const top = Math.ceil(most / step) * step;
  const end = Math.max(at.at(-1) ?? 1, 1);
  const x = (s: number): number => LEFT + (s / end) * (WIDTH - LEFT - RIGHT);
  const y = (v: number): number => y0 + TOP + (1 - v / top) * (HEIGHT - TOP - BOTTOM);
  const out = [text(LEFT, y0 + 18, `${plot.title}, ${plot.unit}`, 'font-weight="bold"')];
  for (let v = 0; v <= top + step / 2; v += step) {
    out.push(`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(v)}" y2="${y(v)}" stroke="#ddd"/>`);
    out.push(text(LEFT - 6, y(v) + 4, String(Number(v.toPrecision(6))), 'text-anchor="end"'));
  }
  const minutes = stepOf(end / 60);
  for (let m = 0; m * 60 <= end; m += minutes)
    out.push(text(x(m * 60), y0 + HEIGHT - 10, `${Number(m.toPrecision(3))} min`, 'text-anchor="middle"'));
  plot.lines.forEach((line, i) => {
    let path = '';
    let drawing = false;
    line.values.forEach((v, n) => {
      if (v !== null) path += `${drawing ? 'L' : 'M'}${x(at[n] as number).toFixed(1)} ${y(v).toFixed(1)}`;
      drawing = v !== null;
    });
    out.push(`<path d="${path}" fill="none" stroke="${line.color}" stroke-width="1.5"/>`);
    out.push(text(WIDTH - RIGHT + 10, y0 + TOP + 8 + i * 18, line.name, `fill="${line.color}"`));
  });
  return out.join('\n');
};

/** @param at seconds since the start, one for each value */
export const svg = (at: readonly number[], plots: readonly Plot[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT * plots.length}" font-family="sans-serif" font-size="12">`,
    '<title>Memory, lag and watermark of the local pipeline under faults</title>',
    '<rect width="100%" height="100%" fill="white"/>',
    ...plots.map((p, i) => draw(p, at, i * HEIGHT)),
    '</svg>',
    '',
  ].join('\n');
