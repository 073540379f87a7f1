// The search sink on a real OpenSearch engine (npm run proof:opensearch), and the stand-in's answers beside the engine's. The engine of Maven
// Central comes without a scripting language: rows of `transform`, whose versions are compared by a script, are not tried here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SearchStandIn, startSearchStandIn } from '../../local/stand-ins/search.ts';
import { signedRequest } from '../../shared/aws/signed-request.ts';
import { type Request, search } from '../../shared/destinations/search.ts';
import { indexTemplate, parseIndex } from '../../shared/destinations/search-index.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';

const URL = process.env.OPENSEARCH_URL ?? '';
const real = signedRequest({ host: URL, service: 'es' });
let standIn: SearchStandIn;
let played: Request;
beforeAll(async () => {
  standIn = await startSearchStandIn();
  played = signedRequest({ host: standIn.url, service: 'es' });
});
afterAll(() => standIn.close());

const planned = (name: string, options: TablePlan['options'] = {}): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [
    { name: 'k', type: { kind: 'STRING' } },
    { name: 'n', type: { kind: 'BIGINT' } },
    { name: 's', type: { kind: 'STRING' } },
    { name: 'at', type: { kind: 'TIMESTAMP' } },
    { name: 'd', type: { kind: 'DECIMAL', precision: 30, scale: 2 } },
    { name: 'm', type: { kind: 'MAP', key: { kind: 'STRING' }, value: { kind: 'STRING' } } },
  ],
  watermark: null,
  primaryKey: ['k'],
  connector: 'opensearch-2',
  types: [],
  ahead: 0,
  lateness: 0,
  options,
});
const json = 'application/json';
const prepare = async (table: TablePlan, to: readonly Request[]): Promise<void> => {
  const parts = parseIndex(table.options.index ?? table.name, table.columns);
  if (typeof parts === 'string') throw new Error(parts);
  const body = JSON.stringify(indexTemplate(table, parts));
  for (const request of to)
    expect(await request({ method: 'PUT', path: `/_index_template/${table.name}`, body, type: json })).toMatchObject({
      status: 200,
    });
};
type Hit = { readonly _index: string; readonly _id: string; readonly _source: Record<string, never> };
const hitsOf = async (index: string, query = ''): Promise<readonly Hit[]> => {
  await real({ method: 'POST', path: `/${index}/_refresh`, body: '', type: json });
  const path = `/${index}/_search?size=10000&ignore_unavailable=true${query}`;
  const { status, body } = await real({ method: 'GET', path, body: '', type: json });
  if (status !== 200) throw new Error(`${status} ${body}`);
  return (JSON.parse(body) as { hits: { hits: readonly Hit[] } }).hits.hits;
};

let count = 0;
const fresh = async (options?: TablePlan['options']): Promise<TablePlan> => {
  const table = planned(`rows${process.pid}-${++count}`, options);
  await prepare(table, [real]);
  return table;
};

/** A way to the engine that is throttled, breaks, or refuses every second action, as a node under load does. */
const moody = () => {
  const mood = { throttled: 0, lost: false, some: false };
  const request: Request = async (r) => {
    if (mood.throttled-- > 0) return { status: 429, body: '{"error":{"type":"rejected_execution_exception"}}' };
    if (mood.some) {
      mood.some = false;
      const actions = r.body.trimEnd().split(/\n(?=\{"(?:index|delete|update)":\{"_index")/);
      const body = `${actions.filter((_, i) => i % 2 === 0).join('\n')}\n`;
      const { items } = JSON.parse((await real({ ...r, body })).body) as { items: unknown[] };
      const refused = { index: { status: 429, error: { type: 'rejected_execution_exception' } } };
      return { status: 200, body: JSON.stringify({ items: actions.map((_, i) => (i % 2 ? refused : items[i / 2])) }) };
    }
    const answer = await real(r);
    if (!mood.lost) return answer;
    mood.lost = false;
    throw new Error('socket hang up');
  };
  return { mood, request };
};

destinationContract('OpenSearch', async () => {
  const table = await fresh();
  const { mood, request } = moody();
  return {
    destination: search(request, [table], URL),
    table: table.name,
    holds: 'keyed',
    content: async () => (await hitsOf(table.name)).map((h) => h._source as never),
    throttle: (calls) => {
      mood.throttled = calls;
    },
    throttleSome: () => {
      mood.some = true;
    },
    loseAnswer: () => {
      mood.lost = true;
    },
    poison: sinkRow(table.name, 'p', 1, { row: '{"k":"p","n":"many","s":"x"}' }),
  };
});

describe('on the engine', () => {
  test('rows go to the index of their time, with the types of the template', async () => {
    const name = `timed${process.pid}`;
    const table = await fresh({ index: `${name}-{at|yyyy.MM}` });
    const rows = ['2026-01-05', '2026-02-05'].map((day, i) =>
      sinkRow(table.name, `k${i}`, i + 1, {
        row: `{"k":"k${i}","n":${i},"at":"${day} 09:00:00.000","d":12345678901234567890.25,"m":{"a":"x"}}`,
      }),
    );
    expect((await search(real, [table], URL).write(rows)).map((o) => o.kind)).toEqual(['stored', 'stored']);
    const found = await hitsOf(`${name}-*`, `&q=${encodeURIComponent('at:["2026-02-01 00:00:00.000" TO *]')}`);
    expect(found.map((h) => `${h._index} ${h._id}`)).toEqual([`${name}-2026.02 ["k1"]`]);
  });
  test('of a call with one bad row the others are written', async () => {
    const table = await fresh();
    const bad = sinkRow(table.name, 'b', 1, { row: '{"k":"b","n":"many"}' });
    const outcomes = await search(real, [table], URL).write([sinkRow(table.name, 'a', 1), bad]);
    expect(outcomes.map((o) => o.kind)).toEqual(['stored', 'reject']);
    expect((await hitsOf(table.name)).map((h) => h._id)).toEqual(['["a"]']);
  });
});

describe('the stand-in answers as the engine', () => {
  type Action = (of: string) => string;
  const index = (id: string, version: number, row: string) => (of: string) =>
    `{"index":{"_index":"${of}","_id":"${id}","version":${version},"version_type":"external"}}\n${row}`;
  const gone = (id: string, version: number) => (of: string) =>
    `{"delete":{"_index":"${of}","_id":"${id}","version":${version},"version_type":"external"}}`;
  const CASES: readonly (readonly [what: string, ...actions: Action[]])[] = [
    ['a new row', index('a', 5, '{"n":1}')],
    ['the same row again', index('a', 5, '{"n":1}'), index('a', 5, '{"n":1}')],
    ['a newer one', index('a', 5, '{"n":1}'), index('a', 6, '{"n":2}')],
    ['an older one', index('a', 5, '{"n":1}'), index('a', 4, '{"n":2}')],
    ['a deletion', index('a', 5, '{"n":1}'), gone('a', 6)],
    ['an older deletion', index('a', 5, '{"n":1}'), gone('a', 4)],
    ['a deletion of nothing', gone('a', 1)],
    ['an older row after a deletion', index('a', 5, '{"n":1}'), gone('a', 7), index('a', 6, '{"n":2}')],
    ['a newer row after a deletion', index('a', 5, '{"n":1}'), gone('a', 7), index('a', 8, '{"n":2}')],
    ['text that is a number', index('a', 1, '{"n":"12"}')],
    ['text that is none', index('a', 1, '{"n":"many"}')],
    ['a number beyond 2^63', index('a', 1, '{"n":9223372036854775808000}')],
    ['NULL', index('a', 1, '{"n":null}')],
    ['a column that the table does not have', index('a', 1, '{"other":{"x":1}}')],
    ['the greatest version', index('a', Number.MAX_SAFE_INTEGER, '{"n":1}')],
  ];
  test.each(CASES.map(([what, ...actions]) => ({ what, actions })))('$what', async ({ actions }) => {
    const table = planned(`beside${process.pid}-${++count}`);
    await prepare(table, [real, played]);
    const answered = async (request: Request) => {
      const out: string[] = [];
      for (const action of actions) {
        const body = `${action(table.name)}\n`;
        const answer = await request({ method: 'POST', path: '/_bulk', body, type: 'application/x-ndjson' });
        const { errors, items } = JSON.parse(answer.body) as {
          errors: boolean;
          items: readonly Record<string, { status: number; error?: { type: string } }>[];
        };
        const [[op, item] = []] = items.map((i) => Object.entries(i)[0]);
        out.push(`${answer.status} ${errors} ${op} ${item?.status} ${item?.error?.type ?? '-'}`);
      }
      return out;
    };
    expect(await answered(played)).toEqual(await answered(real));
  });
});
