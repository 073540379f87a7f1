// Rows into OpenSearch (or Elasticsearch 7): _bulk with external versions, so that the newest revision of a row stands.
import { hash } from 'node:crypto';
import type { Json } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import { Fault } from '../faults.ts';
import type { TablePlan } from '../query/plan.ts';
import { type Destination, OLDER, type RowOutcome, type SinkRow, STORED } from '../steps/sink/destination.ts';
import { indexOf, parseIndex } from './search-index.ts';

/** One request to the service: signed, or with a password. Throws when no answer came. */
export type Request = (r: {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly type: string;
}) => Promise<{ readonly status: number; readonly body: string }>;

/** OpenSearch: an _id has at most 512 bytes. */
const MAX_ID = 512;
export const idOf = (key: string): string => (Buffer.byteLength(key) <= MAX_ID ? key : `sha256:${hash('sha256', key)}`);

/**
 * External versions are whole numbers below 2^63. An outbox number is one (6 digits epoch, 14 digits count; the epoch of the first
 * 92,000 restores). Rows of `transform` come in the order of arrival, which is no number: those compare as text in a script.
 */
const OUTBOX = /^0*(\d{1,19})\.0+\.0+$|^0*(\d{1,19})$/;
const MAX_LONG = 2n ** 63n - 1n;
export const numberOf = (version: string): string | null => {
  const found = OUTBOX.exec(version);
  const digits = found?.[1] ?? found?.[2];
  return digits !== undefined && BigInt(digits) <= MAX_LONG ? digits : null;
};

const NEWEST_BY_TEXT = [
  'if (ctx._source._version == null || ctx._source._version.compareTo(params.version) < 0) {',
  'ctx._source = params.row; ctx._source._version = params.version } else { ctx.op = "none" }',
].join(' ');

const lines = (index: string, r: SinkRow, row: string): readonly string[] => {
  const head = { _index: index, _id: idOf(r.key) };
  const version = numberOf(r.version);
  if (version !== null) {
    // The number as it is: JSON has no bounds, doubles have.
    const action = `{"${r.row === null ? 'delete' : 'index'}":{${JSON.stringify(head).slice(1, -1)},"version":${version},"version_type":"external"}}`;
    return r.row === null ? [action] : [action, row];
  }
  if (r.row === null) return [JSON.stringify({ delete: head })];
  const params = `{"version":${JSON.stringify(r.version)},"row":${row}}`;
  return [
    JSON.stringify({ update: { ...head, retry_on_conflict: 3 } }),
    `{"scripted_upsert":true,"upsert":{},"script":{"source":${JSON.stringify(NEWEST_BY_TEXT)},"params":${params}}}`,
  ];
};

type Answer = { readonly status?: number; readonly error?: { readonly type?: string; readonly reason?: string } };

const outcomeOf = (a: Answer | undefined, deleting: boolean): RowOutcome => {
  const status = a?.status ?? 0;
  const cause = `${a?.error?.type ?? `status ${status}`}${a?.error?.reason ? `: ${a.error.reason}` : ''}`;
  if (status >= 200 && status < 300) return STORED;
  if (status === 409) return OLDER;
  if (status === 404 && deleting) return STORED;
  // 400: the document does not fit its mapping. 404: the index is missing and may not be made, which is nobody's row.
  return status === 400 ? { kind: 'reject', rule: 'destination.refused', cause } : { kind: 'retry', cause };
};

/** @param name for messages: the host */
export const search = (request: Request, tables: readonly TablePlan[], name: string): Destination => {
  const byName = new Map(
    tables.map((t) => {
      const parts = parseIndex(t.options.index ?? t.name.toLowerCase(), t.columns);
      if (typeof parts === 'string') throw new Fault('setting.invalid', `table ${t.name}: 'index' ${parts}`);
      return [t.name, { table: t, parts }] as const;
    }),
  );

  /** The columns that the name of the index needs; of a row that must go, those of its key. */
  const fieldsOf = (r: SinkRow, key: readonly string[]): { readonly [name: string]: Json } => {
    const parsed = parseJson(Buffer.from(r.row ?? r.key));
    if (!parsed.ok) return {};
    if (r.row !== null) return isObject(parsed.value) ? parsed.value : {};
    const values = Array.isArray(parsed.value) ? parsed.value : [];
    return Object.fromEntries(key.map((column, i) => [column, values[i] ?? null]));
  };

  return {
    name,
    most: { rows: 1_000, bytes: 5 * 1_048_576 },
    atOnce: 2,
    async write(rows) {
      const outcomes: RowOutcome[] = rows.map(() => ({ kind: 'retry', cause: 'no answer for it' }));
      const sent: number[] = [];
      let body = '';
      rows.forEach((r, i) => {
        const found = byName.get(r.table);
        const index = found && indexOf(found.parts, fieldsOf(r, found.table.primaryKey));
        if (!index) {
          const cause = `the name of its index cannot be made from the row (${found?.table.options.index ?? r.table})`;
          outcomes[i] = { kind: 'reject', rule: 'destination.refused', cause };
          return;
        }
        sent.push(i);
        body += `${lines(index, r, r.row ?? '').join('\n')}\n`;
      });
      if (sent.length === 0) return outcomes;
      const answer = await request({ method: 'POST', path: '/_bulk', body, type: 'application/x-ndjson' }).catch(
        (error: unknown) => {
          throw new Fault(
            'destination.unavailable',
            `${name}: ${error instanceof Error ? error.message : error}`,
            error,
          );
        },
      );
      const shown = answer.body.slice(0, 300);
      if (answer.status === 413) throw new Fault('destination.refused', `${name}: 413, too large`);
      if (answer.status === 429 || answer.status === 503)
        throw new Fault('destination.throttled', `${name}: ${answer.status} ${shown}`);
      if (answer.status !== 200) throw new Fault('destination.unavailable', `${name}: ${answer.status} ${shown}`);
      const { items = [] } = JSON.parse(answer.body) as { items?: readonly Readonly<Record<string, Answer>>[] };
      sent.forEach((i, at) => {
        outcomes[i] = outcomeOf(Object.values(items[at] ?? {})[0], (rows[i] as SinkRow).row === null);
      });
      return outcomes;
    },
  };
};
