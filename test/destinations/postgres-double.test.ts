// The double of PostgreSQL that chaos plays with answers as PostgreSQL does: the contract, and the same calls, drawn at random, to both.
import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresDouble } from '../../local/chaos/outside/postgres.ts';
import { postgres, type Sql } from '../../shared/destinations/postgres.ts';
import { createStatements, postgresTable } from '../../shared/destinations/postgres-ddl.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import type { SinkRow } from '../../shared/steps/sink/destination.ts';
import { destinationContract, sinkRow, versionNo } from '../ports/destination.contract.ts';

const planned = (name: string, primaryKey: readonly string[]): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [
    { name: 'k', type: { kind: 'STRING' } },
    { name: 'n', type: { kind: 'BIGINT' } },
    { name: 's', type: { kind: 'STRING' } },
  ],
  watermark: null,
  primaryKey,
  connector: 'jdbc',
  types: [],
  ahead: 0,
  lateness: 0,
  options: {},
});

// No destination of its own: no line of docs/destinations.md.
destinationContract('the memory of these tests', async () => {
  const plan = planned('totals', ['k']);
  const double = postgresDouble([plan]);
  let throttled = 0;
  let lost = false;
  const query: Sql['query'] = async (text, values) => {
    if (throttled-- > 0) throw Object.assign(new Error('too many connections'), { code: '53300' });
    const answer = await double.sql.query(text, values);
    if (!lost) return answer;
    lost = false;
    throw new Error('Connection terminated unexpectedly');
  };
  return {
    destination: postgres({ query }, [plan], 'the double'),
    table: plan.name,
    holds: 'keyed',
    content: async () =>
      double
        .standing(plan.name)
        .filter((s) => !s.deleted)
        .map((s) => s.row as { k: string; n: number; s: string }),
    throttle: (calls) => {
      throttled = calls;
    },
    loseAnswer: () => {
      lost = true;
    },
    poison: sinkRow(plan.name, 'p', 1, { row: '{"k":"p","n":"many","s":"x"}' }),
  };
});

let db: PGlite;
beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

type Op = { readonly k: string; readonly n: number; readonly what: 'row' | 'gone' | 'poison' | 'no key' };
const op: fc.Arbitrary<Op> = fc.record({
  k: fc.constantFrom('a', 'b', 'ä', 'Z'),
  n: fc.integer({ min: 1, max: 9 }),
  what: fc.constantFrom('row', 'row', 'row', 'gone', 'poison', 'no key'),
});
/** At most one row of a key in a call, as the port says. */
const call = fc.uniqueArray(op, { selector: (o) => o.k, minLength: 1, maxLength: 4 });
const calls = fc.array(call, { minLength: 1, maxLength: 8 });

const rowOf = (table: string, { k, n, what }: Op): SinkRow => {
  if (what === 'gone') return sinkRow(table, k, n, { row: null });
  if (what === 'poison') return sinkRow(table, k, n, { row: JSON.stringify({ k, n: 'many' }) });
  return sinkRow(table, k, n, what === 'no key' ? { row: JSON.stringify({ k: null, n }) } : {});
};

let count = 0;
test.each([[['k']], [[]]])('random calls leave the same in both, with the key %j', { timeout: 60_000 }, async (key) => {
  await fc.assert(
    fc.asyncProperty(calls, async (drawn) => {
      const plan = planned(`drawn_${++count}`, key);
      for (const statement of createStatements(postgresTable(plan))) await db.query(statement);
      const double = postgresDouble([plan]);
      const real = postgres({ query: (t, v) => db.query(t, v as unknown[]) }, [plan], 'both');
      const played = postgres(double.sql, [plan], 'both');
      for (const ops of drawn) {
        const rows = ops.map((o) => rowOf(plan.name, o));
        const said = (d: typeof real) =>
          d.write(rows).then(
            (o) => o.map((x) => x.kind).join(),
            (e: { code: string }) => e.code,
          );
        expect(await said(played)).toBe(await said(real));
      }
      const own = key.length === 0 ? '_id' : 'k';
      const { rows: standing } = await db.query<{ [name: string]: unknown }>(`select * from "${plan.name}"`);
      const stands = standing.map((r) => ({ key: r[own], v: r._version, gone: r._deleted, n: r.n, s: r.s, k: r.k }));
      const doubled = double.standing(plan.name).map(({ key: name, version: v, deleted: gone, row }) => {
        const { n, s, k } = row;
        return { key: (JSON.parse(name) as unknown[])[0], v, gone, n, s, k };
      });
      const order = (all: readonly { key: unknown }[]) =>
        [...all].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
      expect(order(doubled)).toEqual(order(stands));
      expect(stands.every((x) => String(x.v) <= versionNo(9))).toBe(true);
    }),
    { numRuns: 30, seed: 8 },
  );
});
