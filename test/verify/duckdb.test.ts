// DuckDB and the reference evaluator, which share nothing but the rows, give the same windows.
import { describe, expect, test } from 'vitest';
import { duckDb, loadDuckDb } from '../../local/verify/duckdb.ts';
import { DoesNotFit, windowSql } from '../../local/verify/window-sql.ts';
import { played, queryNamed } from './given.ts';

const engine = await loadDuckDb();

describe('windows by DuckDB', () => {
  test.each(['hops', 'grows', 'visits', 'minutes', 'counts'])(
    '%s equal those of the reference evaluator',
    async (name) => {
      if (engine === undefined) throw new Error('@duckdb/node-api is not installed');
      const stage = await played(7);
      const plain = ({ rows: _, ...r }: object & { rows: unknown }) => r;
      const ours = (await stage.recompute(name)).rows.map(plain);
      const theirs = (await stage.recompute(name, duckDb(engine))).rows.map(plain);
      expect(ours.length).toBeGreaterThan(5);
      expect(theirs).toEqual(ours);
      const found = await stage.verify(name, { compute: duckDb(engine) });
      expect(found.differences).toEqual([]);
    },
  );

  test('sums of DOUBLE depend on their order: they do not fit', () => {
    expect(() => windowSql(queryNamed('sums'))).toThrow(DoesNotFit);
  });
});
