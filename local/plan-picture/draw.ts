// The picture as SVG text: one file, no script, for light and dark screens.
import type { Graph } from './graph.ts';
import { type Box, LINE, layout, PAD, TITLE } from './layout.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
  svg { background: #fff; color-scheme: light dark; }
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 11px; fill: #1f2328; }
  .title { font-family: system-ui, sans-serif; font-size: 13px; font-weight: 600; }
  .type { fill: #656d76; }
  .box { fill: #f6f8fa; stroke: #afb8c1; }
  .stream { fill: #ddf4ff; stroke: #54aeff; }
  .reference { fill: #fff8c5; stroke: #d4a72c; }
  .destination { fill: #dafbe1; stroke: #4ac26b; }
  .rule { stroke: #afb8c1; }
  .way { fill: none; stroke: #656d76; stroke-width: 1.5; }
  .head { fill: #656d76; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; }
    text { fill: #e6edf3; }
    .type { fill: #9198a1; }
    .box { fill: #161b22; stroke: #444c56; }
    .stream { fill: #0c2d6b; stroke: #388bfd; }
    .reference { fill: #341a00; stroke: #bb8009; }
    .destination { fill: #033a16; stroke: #2ea043; }
    .rule { stroke: #444c56; }
    .way { stroke: #9198a1; }
    .head { fill: #9198a1; }
  }`;

const classOf: Readonly<Record<Box['of']['kind'], string>> = {
  stream: 'box stream',
  reference: 'box reference',
  operator: 'box',
  destination: 'box destination',
};

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x}" y="${y}"${more}>${escaped(content)}</text>`;

const drawBox = ({ of, x, y, width, height, does, row }: Box): string => {
  const out = [
    `<rect class="${classOf[of.kind]}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    text(x + PAD, y + TITLE - 5, of.title, ' class="title"'),
  ];
  let at = y + TITLE + LINE - 5;
  for (const line of does) {
    out.push(text(x + PAD, at, line));
    at += LINE;
  }
  if (row.length > 0) {
    out.push(`<line class="rule" x1="${x}" x2="${x + width}" y1="${at - LINE + 9}" y2="${at - LINE + 9}"/>`);
    at += 8;
  }
  for (const [name, type] of row) {
    out.push(text(x + PAD, at, name));
    if (type !== '') out.push(text(x + width - PAD, at, type, ' class="type" text-anchor="end"'));
    at += LINE;
  }
  return out.join('\n');
};

const HEAD = 7;

const drawWay = (from: Box, to: Box, n: number, of: number): string => {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x - HEAD, to.y + (to.height * (n + 1)) / (of + 1)];
  const bend = Math.max(24, (x2 - x1) / 2);
  return [
    `<path class="way" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`,
    `<path class="head" d="M${x2} ${y2 - 4}l${HEAD} 4l-${HEAD} 4z"/>`,
  ].join('\n');
};

/** @param title for those who cannot see it */
export const drawGraph = (graph: Graph, title: string): string => {
  const { boxes, width, height } = layout(graph);
  const ways = boxes.flatMap((to) =>
    to.of.from.flatMap((f, n) => {
      const from = boxes[f];
      return from === undefined ? [] : [drawWay(from, to, n, to.of.from.length)];
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...ways,
    ...boxes.map(drawBox),
    '</svg>',
    '',
  ].join('\n');
};
