// Lines of log files as the Kinesis Agent sends them, https://docs.aws.amazon.com/streams/latest/dev/writing-with-agents.html: one line a
// record with its line end, or several (multiLineStartPattern). The source says how a line reads: bytes alone do not.
import { isUtf8 } from 'node:buffer';
import type { Json } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import type { Source } from '../pipeline.ts';
import type { Adapter, Part } from './adapter.ts';
import { apacheLine } from './apache-line.ts';
import { csvRows, rowData } from './csv-row.ts';
import { made, onlyType, refused, sourceUri } from './parts.ts';

/** `null` for a line that holds no event: the header of a CSV file. */
type Read = { readonly data: Json } | { readonly cause: string } | null;

const jsonLine = (line: string): Read => {
  const parsed = parseJson(Buffer.from(line));
  if (!parsed.ok) return { cause: `the line is no JSON: ${parsed.cause}` };
  return isObject(parsed.value) ? { data: parsed.value } : { cause: 'the line is JSON, but no object' };
};

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');

/** Each line, or for CSV each row, with what it says. */
const readAll = (text: string, source: Source): readonly { readonly line: string; readonly read: Read }[] => {
  switch (source.format) {
    case 'csv':
      return csvRows(text, source.delimiter ?? ',').map((row) => ({
        line: row.text,
        read: rowData(row, source.columns ?? []),
      }));
    case 'apache-common':
    case 'apache-combined': {
      const combined = source.format === 'apache-combined';
      return linesOf(text).map((line) => ({ line, read: apacheLine(line, combined) }));
    }
    case 'json':
      return linesOf(text).map((line) => ({ line, read: jsonLine(line) }));
    default:
      return linesOf(text).map((line) => ({ line, read: { data: { line } } }));
  }
};

const NAMES = { csv: 'a row of these columns', 'apache-common': 'Apache common', 'apache-combined': 'Apache combined' };

export const agent: Adapter = {
  maybe: () => true,
  adapt: ({ bytes }, source) => {
    if (!isUtf8(bytes))
      return { kind: 'parts', parts: [refused(bytes, 'body.not-utf8', `the lines of ${source.name} are UTF-8`)] };
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString()
      .replace(/^\ufeff/, '');
    const type = onlyType(source);
    const from = sourceUri('lines', source.name);
    const parts = readAll(text, source).flatMap(({ line, read }): readonly Part[] => {
      if (read === null) return [];
      if ('data' in read) {
        // A line that is an event already goes on as it is, as one does that comes alone.
        const { data } = read;
        if (isObject(data) && source.format === 'json' && (data.specversion !== undefined || data.plain === 1))
          return [{ kind: 'event', bytes: Buffer.from(line) }];
        return [made({ type, source: from, data })];
      }
      const format = NAMES[source.format as keyof typeof NAMES];
      const cause = format === undefined ? read.cause : `not ${format}: ${read.cause}`;
      return [refused(Buffer.from(line), 'event.not-an-event', cause, undefined, line)];
    });
    return parts.length === 0 ? { kind: 'control' } : { kind: 'parts', parts };
  },
};
