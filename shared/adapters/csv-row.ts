// Rows of CSV (RFC 4180, with any delimiter) -> data by the columns of a source.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import type { Column } from '../pipeline.ts';

export type Row = {
  /** As it came, without its line end. */
  readonly text: string;
  /** null: an unquoted cell with nothing in it. */
  readonly cells: readonly (string | null)[];
  /** Set where quotes are wrong. */
  readonly mistake?: string;
};

/** A row with a wrong quote ends with its line, so that those behind it are read. Empty lines are left out. */
export const csvRows = (text: string, delimiter: string): readonly Row[] => {
  const rows: Row[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    const cells: (string | null)[] = [];
    let mistake: string | undefined;
    for (;;) {
      if (text[at] === '"') {
        let cell = '';
        let from = at + 1;
        for (;;) {
          const quote = text.indexOf('"', from);
          if (quote < 0) {
            mistake = 'a quote is never closed';
            break;
          }
          cell += text.slice(from, quote);
          at = quote + 1;
          if (text[at] !== '"') break;
          cell += '"';
          from = at + 1;
        }
        if (mistake !== undefined) break;
        cells.push(cell);
      } else {
        const from = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++;
        const end = text[at - 1] === '\r' && at > from && text[at] !== delimiter ? at - 1 : at;
        const cell = text.slice(from, end);
        if (cell.includes('"')) mistake = 'a quote stands inside a cell that does not begin with one';
        cells.push(cell === '' ? null : cell);
      }
      if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) at++;
      if (text[at] === delimiter) at++;
      else {
        if (at < text.length && text[at] !== '\n') mistake = 'a cell goes on behind its closing quote';
        break;
      }
    }
    if (mistake !== undefined) {
      const end = text.indexOf('\n', mistake === 'a quote is never closed' ? start : at);
      at = end < 0 ? text.length : end;
    }
    const line = text.slice(start, at).replace(/\r$/, '');
    at++;
    if (line.trim() !== '') rows.push(mistake === undefined ? { text: line, cells } : { text: line, cells, mistake });
  }
  return rows;
};

const INTEGER = /^[+-]?\d{1,300}$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** undefined: the cell is none of its type. */
const cellValue = (cell: string, type: Column['type']): Json | undefined => {
  if (type === 'text') return cell;
  const text = cell.trim();
  switch (type) {
    case 'integer': {
      if (!INTEGER.test(text)) return undefined;
      const value = Number(text);
      return Number.isSafeInteger(value) ? value : BigInt(text.replace('+', ''));
    }
    case 'number': {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN;
      return Number.isFinite(value) ? value : undefined;
    }
    case 'boolean':
      return /^(true|t|1|yes)$/i.test(text) ? true : /^(false|f|0|no)$/i.test(text) ? false : undefined;
    default:
      return type satisfies never;
  }
};

/** @returns null for the header, whose cells are the columns' names; an empty cell is left out */
export const rowData = (row: Row, columns: readonly Column[]): { data: JsonObject } | { cause: string } | null => {
  if (row.mistake !== undefined) return { cause: row.mistake };
  const { cells } = row;
  if (cells.length === columns.length && columns.every((c, i) => cells[i]?.trim() === c.name)) return null;
  if (cells.length !== columns.length)
    return { cause: `${cells.length} cells, but ${columns.length} columns: ${columns.map((c) => c.name).join(', ')}` };
  const named: [string, Json][] = [];
  for (const [i, { name, type }] of columns.entries()) {
    const cell = cells[i];
    if (cell === null || cell === undefined) continue;
    const value = cellValue(cell, type);
    if (value === undefined) return { cause: `column ${name} is "${cell.slice(0, 40)}", no ${type}` };
    named.push([name, value]);
  }
  return { data: Object.fromEntries(named) };
};
