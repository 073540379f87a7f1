import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SearchStandIn, startSearchStandIn } from '../../local/stand-ins/search.ts';
import { signedRequest } from '../../shared/aws/signed-request.ts';
import { type Request, search } from '../../shared/destinations/search.ts';
import { indexOf, indexTemplate, parseIndex } from '../../shared/destinations/search-index.ts';
import type { TableColumn, TablePlan } from '../../shared/query/plan.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';
import { troublesOf } from '../ports/troubles.ts';

const KNS: readonly TableColumn[] = [
  { name: 'k', type: { kind: 'STRING' } },
  { name: 'n', type: { kind: 'BIGINT' } },
  { name: 's', type: { kind: 'STRING' } },
  { name: 'at', type: { kind: 'TIMESTAMP' } },
];
const planned = (
  name: string,
  options: TablePlan['options'] = {},
  primaryKey: readonly string[] = ['k'],
): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: KNS,
  watermark: null,
  primaryKey,
  connector: 'opensearch-2',
  types: [],
  ahead: 0,
  lateness: 0,
  options,
});
const partsOf = (pattern: string) => {
  const parts = parseIndex(pattern, KNS);
  if (typeof parts === 'string') throw new Error(parts);
  return parts;
};

let engine: SearchStandIn;
const troubles = troublesOf('es_rejected_execution_exception', 429);
let request: Request;
beforeAll(async () => {
  engine = await startSearchStandIn({ hooks: troubles.hooks });
  request = signedRequest({ host: engine.url, service: 'es' });
});
afterAll(() => engine.close());

let count = 0;
const newTable = async () => {
  const table = planned(`rows${++count}`);
  const body = JSON.stringify(indexTemplate(table, partsOf(table.name)));
  await request({ method: 'PUT', path: `/_index_template/${table.name}`, body, type: 'application/json' });
  return table;
};
const docs = (index: string) => [...engine.docs(index).values()].map((d) => JSON.parse(d));

destinationContract('OpenSearch', async () => {
  const table = await newTable();
  return {
    destination: search(request, [table], engine.url),
    table: table.name,
    holds: 'keyed',
    content: async () => docs(table.name),
    ...troubles.make(),
    poison: sinkRow(table.name, 'p', 1, { row: '{"k":"p","n":"many","s":"x"}' }),
  };
});

describe('rows of transform, whose version is no number', () => {
  const version = (n: number) => `000000000000000${n}.shardId-000000000000.0000.00000.00000`;
  test('the newest by text stands', async () => {
    const table = await newTable();
    const d = search(request, [table], engine.url);
    for (const n of [1, 3, 2]) await d.write([{ ...sinkRow(table.name, 'a', n), version: version(n) }]);
    expect(docs(table.name)).toEqual([{ k: 'a', n: 3, s: 'text 3', _version: version(3) }]);
  });
});

describe('the name of an index', () => {
  test.each([
    ['orders', 'orders'],
    ['orders-{at|yyyy.MM.dd}', 'orders-2026.01.05'],
    ['orders-{at|yyyy-MM}-{k}', 'orders-2026-01-oslo'],
  ])('%s gives %s', (pattern, name) => {
    expect(indexOf(partsOf(pattern), { k: 'Oslo', at: '2026-01-05 09:00:00.000' })).toBe(name);
  });
  test.each([
    ['Orders', /lower case/],
    ['orders-{day}', /the column "day", which the table does not have/],
    ['orders-{k|yyyy}', /it is no time/],
    ['orders-{at|YYYY}', /write yyyy, MM, dd and HH/],
  ])('%s is refused', (pattern, message) => {
    expect(parseIndex(pattern, KNS)).toMatch(message);
  });
  test('a row without the time that its index needs is refused by itself', async () => {
    const table = planned('by_day', { index: 'by-day-{at|yyyy.MM.dd}' });
    const d = search(request, [table], engine.url);
    const timed = { ...sinkRow('by_day', 'b', 1), row: '{"k":"b","at":"2026-01-05 09:00:00.000"}' };
    expect((await d.write([sinkRow('by_day', 'a', 1), timed])).map((o) => o.kind)).toEqual(['reject', 'stored']);
    expect(engine.indices()).toContain('by-day-2026.01.05');
  });
});

test('fields have the types of the columns, and a template serves all indices of a pattern', () => {
  expect(indexTemplate(planned('t'), partsOf('t-{at|yyyy}'))).toEqual({
    index_patterns: ['t-*'],
    template: {
      settings: { 'index.gc_deletes': '8d' },
      mappings: {
        dynamic: false,
        properties: {
          k: { type: 'keyword', ignore_above: 8191 },
          n: { type: 'long' },
          s: { type: 'keyword', ignore_above: 8191 },
          at: { type: 'date', format: 'yyyy-MM-dd HH:mm:ss.SSS' },
        },
      },
    },
  });
});

test('a key longer than an _id may be is named by its hash', async () => {
  const table = await newTable();
  const key = JSON.stringify(['x'.repeat(600)]);
  await search(request, [table], engine.url).write([{ ...sinkRow(table.name, 'a', 1), key }]);
  expect([...engine.docs(table.name).keys()]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
});

test('requests over TLS are signed with the credentials of the function', async () => {
  const original = globalThis.fetch;
  let headers: Record<string, string> = {};
  globalThis.fetch = (async (_url: unknown, init: { headers: Record<string, string> }) => {
    headers = init.headers;
    return new Response('{"items":[]}');
  }) as typeof fetch;
  try {
    const env = {
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 'token',
      AWS_REGION: 'eu-north-1',
    };
    await signedRequest({ host: 'https://search.example', service: 'es', env })({
      method: 'POST',
      path: '/_bulk',
      body: '{}',
      type: 'application/x-ndjson',
    });
  } finally {
    globalThis.fetch = original;
  }
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-north-1\/es\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
});
