// A file of test/queries: a query with example rows and the rows they give, or a refusal.
//   -- fails: <part of the message>      the text is refused, with this in one of its mistakes
//   -- <table> {…}                     a row of that source or reference table, in the order of arrival
//   -- => {…}                          a row that a table which nothing reads holds at the end, as Flink has it
//   -- late {…}                        a row that comes too late for every window, or for its session
//   -- not by Flink: <why>             Flink cannot run it here, or differs for a known reason
// The watermark moves after every row. `npm run proof:queries` asks Flink, and with --write puts its rows into the files.
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A row of a source or reference table, as JSON text. */
export type Example = { readonly table: string; readonly row: string };

export type QueryFile = {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly given: readonly Example[];
  readonly expected: readonly string[];
  readonly late: readonly string[];
  readonly fails: readonly string[];
  readonly notByFlink: string | null;
};

const captured = (text: string, pattern: RegExp): readonly string[] =>
  text.split('\n').flatMap((line) => pattern.exec(line)?.[1] ?? []);

const readQueryFile = (path: string): QueryFile => {
  const text = readFileSync(path, 'utf8');
  const given = text.split('\n').flatMap((line): readonly Example[] => {
    const [, table = '', row = ''] = /^-- (\w+) (\{.*\})$/.exec(line) ?? [];
    return row === '' || table === 'late' ? [] : [{ table, row }];
  });
  return {
    name: basename(path),
    path,
    text,
    given,
    expected: captured(text, /^-- => (\{.*\})$/),
    late: captured(text, /^-- late (\{.*\})$/),
    fails: captured(text, /^-- fails: (.*)$/),
    notByFlink: captured(text, /^-- not by Flink: (.*)$/)[0] ?? null,
  };
};

export const queryFiles = (): readonly QueryFile[] =>
  globSync(`${import.meta.dirname}/../queries/*.sql`)
    .sort()
    .map(readQueryFile);
