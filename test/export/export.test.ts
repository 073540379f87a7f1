// What readers see of a query, as a file: the newest revision of each key, of closed windows, of one run.
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { type ExportDeps, exportRows } from '../../local/export/export-rows.ts';
import { FORMATS, fileOf } from '../../local/export/formats.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { putServing, readServing } from '../../shared/steps/replay/serving.ts';
import { AT, PLAN, played, RELATION_PLAN, type StageGiven, stageGiven } from '../verify/given.ts';

const depsOf = (stage: StageGiven, more: Partial<ExportDeps> = {}): ExportDeps => ({
  plan: PLAN,
  own: { run: '1', results: 'results' },
  results: stage.run.results,
  scan: (_, prefix) => stage.depsOf('sums').scan?.(prefix) as ReturnType<ExportDeps['scan']>,
  ledgerOf: () => stage.run.table,
  from: undefined,
  to: undefined,
  ...more,
});
const texts = (rows: readonly { readonly row: string }[]): readonly string[] => rows.map((r) => r.row);

describe('closed windows', () => {
  test('all rows of a query that verify finds right, in the order of their windows', async () => {
    const stage = await played();
    const { rows, open, servedBy } = await exportRows(depsOf(stage), 'sums');
    const { rows: judged, differences } = await stage.verify('sums');
    expect(differences).toEqual([]);
    expect(rows).toHaveLength(judged);
    expect(open).toBe(0);
    expect(servedBy.run).toBe('1');
    expect([...texts(rows)].sort()).toEqual(
      stage
        .rowsOf('sums')
        .map((i) => i.row)
        .sort(),
    );
    const starts = rows.map((r) => r.window?.[0] ?? 0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('--from and --to cut by the start of the window', async () => {
    const stage = await played();
    const { rows: all } = await exportRows(depsOf(stage), 'sums');
    const [from, to] = [AT + 20_000, AT + 60_000];
    const { rows } = await exportRows(depsOf(stage, { from, to }), 'sums');
    expect(texts(rows)).toEqual(texts(all.filter((r) => (r.window?.[0] ?? 0) >= from && (r.window?.[0] ?? 0) < to)));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(all.length);
  });

  test('a row of a window that is not closed is left out, and counted', async () => {
    const stage = await played();
    const [first] = stage.rowsOf('sums');
    if (first === undefined) throw new Error('no rows');
    const start = AT + 3_600_000;
    const id = String(first.id).replace(/\|-?\d+\|-?\d+\|/, `|${start}|${start + 20_000}|`);
    await stage.run.results.put({ ...first, pk: 'sums#early', id });
    const { rows, open } = await exportRows(depsOf(stage), 'sums');
    expect(open).toBe(1);
    expect(rows.some((r) => r.pk === 'sums#early')).toBe(false);
  });

  test('an early row is left out until its final is written, though its window is closed', async () => {
    const stage = await played();
    const [first] = stage.rowsOf('sums');
    if (first === undefined) throw new Error('no rows');
    await stage.run.results.put({ ...first, early: true });
    const { rows, open } = await exportRows(depsOf(stage), 'sums');
    expect(open).toBe(1);
    expect(rows.some((r) => r.pk === first.pk)).toBe(false);
  });

  test('rows of another query in the same table, and rows that were taken back, are not its own', async () => {
    const stage = await played();
    const { rows } = await exportRows(depsOf(stage), 'sums');
    await stage.run.results.put({ pk: 'sums#other', sk: '-', ver: '1', id: 'others-00000000|0|1|k', row: '{}' });
    await stage.run.results.put({ pk: 'sums#gone', sk: '-', ver: '1', id: 'sums-00000000|0|1|k', deleted: true });
    expect(texts((await exportRows(depsOf(stage), 'sums')).rows)).toEqual(texts(rows));
  });

  test('before anything is decided there is nothing', async () => {
    const { rows, open } = await exportRows(depsOf(stageGiven()), 'sums');
    expect([rows, open]).toEqual([[], 0]);
  });
});

describe('a replay that readers were switched to', () => {
  const switched = async () => {
    const stage = await played();
    const other = memoryTable('other');
    await other.put({
      pk: 'sums#a',
      sk: '-',
      ver: '1',
      id: `sums-12345678|${AT}|${AT + 20_000}|k`,
      row: '{"k":"new"}',
    });
    const scan: ExportDeps['scan'] = async function* (name, prefix) {
      const items = name === 'other' ? other.items() : stage.run.results.items();
      yield items.filter((i) => i.pk.startsWith(prefix));
    };
    const results = stage.run.results;
    await putServing(results, await readServing(results), { sums: { run: '2', results: 'other' } }, 'x');
    return {
      stage,
      deps: depsOf(stage, { scan, ledgerOf: (name) => (name === 'other' ? memoryTable('l') : stage.run.table) }),
    };
  };
  test('its rows are exported, and those of other tables as before', async () => {
    const { deps } = await switched();
    const { rows, servedBy } = await exportRows(deps, 'sums');
    expect([texts(rows), servedBy.run]).toEqual([['{"k":"new"}'], '2']);
    expect((await exportRows(deps, 'visits')).servedBy.run).toBe('1');
  });
  test('a switch while the table is read: it is read again, rows are of one run', async () => {
    const { stage, deps } = await switched();
    let scans = 0;
    const scan: ExportDeps['scan'] = async function* (name, prefix) {
      if (++scans === 1) await putServing(stage.run.results, await readServing(stage.run.results), {}, 'y');
      yield* deps.scan(name, prefix);
    };
    const { rows, servedBy } = await exportRows({ ...deps, scan }, 'sums');
    expect(servedBy.run).toBe('1');
    expect(texts(rows)).not.toContain('{"k":"new"}');
    expect(scans).toBe(2);
  });
});

describe('what cannot be exported is refused with what would work', () => {
  test.each([
    ['sum', PLAN, {}, /no query is called "sum"; did you mean "sums"\?/],
    ['tens', PLAN, {}, /tens writes to tens \(kinesis\).*queries: .*sums/],
    ['totals', RELATION_PLAN, { from: AT }, /totals has no windows.*leave --from and --to out/],
  ])('%s', async (name, plan, more, message) => {
    await expect(exportRows(depsOf(stageGiven(), { plan, ...more }), name)).rejects.toThrow(message);
  });
});

describe('formats', () => {
  const column = (name: string, kind: string) => ({ name, type: { kind, nullable: true } });
  const table = {
    name: 't',
    columns: [column('a', 'STRING'), column('n', 'BIGINT'), column('x', 'DOUBLE'), column('b', 'BOOLEAN')],
  } as unknown as TablePlan;
  const rows = [
    { window: null, pk: 't#1', row: '{"a":"x, \\"y\\"\\n","n":9007199254740993,"x":0.5,"b":true}' },
    { window: null, pk: 't#2', row: '{"a":"","n":null,"x":null,"b":false}' },
  ];
  test('NDJSON keeps every byte of a row', () => {
    expect(Buffer.from(fileOf('ndjson', table, rows)).toString()).toBe(`${rows[0]?.row}\n${rows[1]?.row}\n`);
  });
  test('CSV: quotes where they are needed, NULL is nothing, an empty text is quoted, numbers keep every digit', () => {
    expect(Buffer.from(fileOf('csv', table, rows)).toString()).toBe(
      'a,n,x,b\r\n"x, ""y""\n",9007199254740993,0.5,true\r\n"",,,false\r\n',
    );
  });
  test('Parquet has the types of the columns', async () => {
    const bytes = fileOf('parquet', table, rows);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toEqual([
      { a: 'x, "y"\n', n: 9_007_199_254_740_993n, x: 0.5, b: true },
      { a: '', n: null, x: null, b: false },
    ]);
  });
  test.each(FORMATS)('%s of real rows can be written', async (format) => {
    const found = await exportRows(depsOf(await played()), 'sums');
    expect(fileOf(format, found.table, found.rows).length).toBeGreaterThan(100);
  });
});
