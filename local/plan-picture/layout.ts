// Boxes from left to right: an operator stands one column behind the last of what it reads.
import { typeText } from '../../shared/query/type-rules.ts';
import type { Graph, Operator } from './graph.ts';

export type Box = {
  readonly of: Operator;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly does: readonly string[];
  /** Name and type of each column, cut to fit. */
  readonly row: readonly (readonly [name: string, type: string])[];
};

/** px of one character of the small text, and of a line. */
export const CHAR = 6.7;
export const LINE = 17;
export const PAD = 12;
export const TITLE = 24;
const [GAP_X, GAP_Y] = [64, 28];
export const MARGIN = 24;
/** Characters of a line, columns of a box: more is told in the text of `millrace check --plan`. */
const [MOST_CHARS, MOST_LINES, MOST_COLUMNS] = [46, 5, 14];

const cut = (text: string, most = MOST_CHARS): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Breaks at spaces. */
const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < MOST_CHARS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(cut(word));
  }
  return lines;
};

const rowsOf = ({ row }: Operator): Box['row'] => {
  const shown = row.slice(0, MOST_COLUMNS).map(({ name, type }) => [cut(name, 30), cut(typeText(type), 24)] as const);
  return row.length > MOST_COLUMNS ? [...shown, [`and ${row.length - MOST_COLUMNS} more`, ''] as const] : shown;
};

const sized = (of: Operator): Omit<Box, 'x' | 'y'> => {
  const all = of.does.flatMap(wrapped);
  const does = all.length > MOST_LINES ? [...all.slice(0, MOST_LINES - 1), '…'] : all;
  const row = rowsOf(of);
  const texts = [of.title.length * 1.15, ...does.map((d) => d.length), ...row.map(([n, t]) => n.length + t.length + 3)];
  const lines = does.length + row.length;
  return {
    of,
    does,
    row,
    width: Math.ceil(Math.max(...texts, 12) * CHAR + 2 * PAD),
    height: TITLE + lines * LINE + PAD + (row.length > 0 ? 8 : 0),
  };
};

export type Layout = { readonly boxes: readonly Box[]; readonly width: number; readonly height: number };

export const layout = (graph: Graph): Layout => {
  const depth: number[] = [];
  for (const { from } of graph) depth.push(1 + Math.max(-1, ...from.map((f) => depth[f] ?? 0)));
  // What nothing stands before moves up to its first reader, so that its line is short.
  graph.forEach((o, i) => {
    const readers = graph.flatMap((r, at) => (r.from.includes(i) ? [depth[at] ?? 0] : []));
    if (o.from.length === 0 && readers.length > 0) depth[i] = Math.min(...readers) - 1;
  });
  const columns = Math.max(0, ...depth) + 1;
  const boxes: (Box | undefined)[] = graph.map(() => undefined);
  let x = MARGIN;
  let bottom = 0;
  for (let column = 0; column < columns; column++) {
    const here = graph.flatMap((of, i) => (depth[i] === column ? [{ i, box: sized(of) }] : []));
    let y = MARGIN;
    const width = Math.max(0, ...here.map(({ box }) => box.width));
    for (const { i, box } of here) {
      const before = box.of.from.flatMap((f) => boxes[f] ?? []);
      const middle = before.reduce((sum, b) => sum + b.y + b.height / 2, 0) / Math.max(1, before.length);
      const top = Math.max(y, before.length > 0 ? middle - box.height / 2 : y);
      boxes[i] = { ...box, x, y: top, width };
      y = top + box.height + GAP_Y;
    }
    bottom = Math.max(bottom, y - GAP_Y);
    x += width + GAP_X;
  }
  return { boxes: boxes.flatMap((b) => b ?? []), width: x - GAP_X + MARGIN, height: bottom + MARGIN };
};
