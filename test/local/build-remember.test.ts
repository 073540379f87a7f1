import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { describe as sectionsOf } from '../../local/build/describe.ts';
import { showUserError } from '../../shared/user-error.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});
const compile = (files: Readonly<Record<string, string>>) => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-remember-'));
  dirs.push(dir);
  for (const room of ['schemas', 'queries', 'reference']) mkdirSync(join(dir, room));
  writeFileSync(join(dir, 'schemas/change.v1.json'), '{"type":"object"}');
  writeFileSync(join(dir, 'tables.sql'), '');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return compilePipeline(dir);
};
const crm = (remember: string, more = '') =>
  `- {name: crm, adapter: dms, tables: {shop.customers: change.v1, shop.stores: change.v1, shop.audit: off}, remember: ${remember}${more}}\n`;
const said = async (files: Readonly<Record<string, string>>) => {
  const { errors } = await compile(files);
  return errors.map(showUserError);
};
const CREATE = `CREATE TABLE customers (id BIGINT, name STRING, since TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'customers');`;

test('key and columns by CREATE TABLE', async () => {
  const { errors, sources, references } = await compile({
    'sources.yml': '- {name: crm, adapter: dms, tables: {shop.customers: change.v1}, remember: customers}',
    'tables.sql': CREATE,
  });
  expect(errors).toEqual([]);
  const remembered = { from: 'shop.customers', into: 'customers', key: ['id'], columns: ['id', 'name', 'since'] };
  expect(sources[0]?.remember).toEqual([remembered]);
  expect(references).toEqual([
    { name: 'customers', columns: ['id', 'name', 'since'], rows: [], filledBy: 'crm (shop.customers)' },
  ]);
});

test('key and columns by sources.yml, restarts, several key columns', async () => {
  const { errors, sources } = await compile({
    'sources.yml': crm(
      '{shop.customers: {into: customers, key: id, columns: [id, name]}, shop.stores: {into: stores, key: [region, id], columns: name}}',
      ', restarts: [2026-01-05T09:00:00Z, 2026-01-06T09:00:00Z]',
    ),
  });
  expect(errors).toEqual([]);
  expect(sources[0]).toMatchObject({
    remember: [
      { into: 'customers', key: ['id'], columns: ['id', 'name'] },
      { into: 'stores', key: ['region', 'id'], columns: ['key', 'name'] },
    ],
    restarts: [Date.parse('2026-01-05T09:00:00Z'), Date.parse('2026-01-06T09:00:00Z')],
  });
});

test('rows of a file of the same name come first, and check shows whose changes follow', async () => {
  const compiled = await compile({
    'sources.yml': crm('{shop.customers: {into: customers, columns: [city]}}'),
    'reference/customers.csv': 'id,name\n7,Ann\n',
  });
  expect(compiled.errors).toEqual([]);
  expect(compiled.references[0]).toMatchObject({ columns: ['id', 'name', 'city'], rows: [['7', 'Ann', null]] });
  const section = sectionsOf(compiled, []).find((s) => s.title === 'Reference tables');
  expect(section?.rows).toEqual([['customers', '1 rows, then changes of crm (shop.customers)', 'id, name, city']]);
});

test.each<[string, string, readonly string[]]>([
  [
    'which table, where there are two',
    crm('customers'),
    ['sources.yml:1:117: tables names shop.customers, shop.stores; say which'],
  ],
  [
    'a table that tables does not name',
    crm('{shop.custmers: {into: c, key: id, columns: [a]}}'),
    ['did you mean "shop.customers"?'],
  ],
  [
    'a table that is left out',
    crm('{shop.audit: {into: c, key: id, columns: [a]}}'),
    ['tables leaves shop.audit out (off)'],
  ],
  [
    'a field of its own',
    crm('{shop.stores: {into: s, keys: id, key: id, columns: [a]}}'),
    ['unknown field "keys" of remember'],
  ],
  ['no name', crm('{shop.stores: {key: id, columns: [a]}}'), ['needs into']],
  ['a name that is none', crm('{shop.stores: "a#b"}'), ['"a#b" cannot name a reference table']],
  [
    'no key',
    crm('{shop.stores: {into: stores, columns: [a]}}'),
    ['nothing says which column of shop.stores is the key of stores'],
  ],
  ['no columns', crm('{shop.stores: {into: stores, key: id}}'), ['nothing says which columns of shop.stores are kept']],
  [
    'one table twice',
    crm('{shop.stores: {into: t, key: id, columns: [a]}, shop.customers: {into: t, key: id, columns: [a]}}'),
    ['t is filled by crm (shop.stores) already'],
  ],
  [
    'restarts that are none',
    crm('{shop.stores: {into: s, key: id, columns: [a]}}', ', restarts: [yesterday]'),
    ['found "yesterday"'],
  ],
  [
    'restarts out of order',
    crm('{shop.stores: {into: s, key: id, columns: [a]}}', ', restarts: [2026-01-06T00:00:00Z, 2026-01-05T00:00:00Z]'),
    ['from the first to the last'],
  ],
  [
    'an adapter without change data',
    '- {name: web, adapter: http, remember: customers}',
    ['remember means nothing to the adapter http'],
  ],
])('refused: %s', async (_, sources, messages) => {
  const found = await said({ 'sources.yml': sources });
  expect(found).toHaveLength(messages.length);
  found.forEach((line, i) => {
    expect(line).toContain(messages[i]);
  });
});

test('a key that the file or CREATE TABLE does not have', async () => {
  const sources = crm('{shop.customers: {into: customers, key: no, columns: [name]}}');
  expect(await said({ 'sources.yml': sources, 'reference/customers.csv': 'id,name\n' })).toEqual([
    expect.stringContaining('the key of customers is no here; the first column of reference/customers.csv is "id"'),
  ]);
  const lines = await said({ 'sources.yml': sources, 'tables.sql': CREATE });
  expect(lines.join('\n')).toContain('CREATE TABLE customers: customers has no column "id"');
});

test('a look-up of a remembered table needs no file', async () => {
  const lost = await said({
    'sources.yml': crm('{shop.stores: {into: stores, key: id, columns: [a]}}'),
    'tables.sql': CREATE,
  });
  expect(lost).toEqual([expect.stringContaining('there is no pipeline/reference/customers.csv')]);
});
