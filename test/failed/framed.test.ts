// A value whose schema the registry had not: shown, repaired and sent again as the event that it holds, and counted once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { keepFixes, readable, tryRepair } from '../../local/failed/fix.ts';
import { byPatch, bySchema } from '../../local/failed/repair.ts';
import { planResubmit } from '../../local/failed/resubmit.ts';
import { selectEntries } from '../../local/failed/select.ts';
import { sendAgain } from '../../local/failed/send-again.ts';
import { type FramesFor, framesOf } from '../../shared/framings/frames.ts';
import { pastOf } from '../../shared/steps/verify/past.ts';
import { buildOf, given } from './given.ts';

const SQL = `CREATE TABLE orders (store STRING, total BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (store STRING, s TIMESTAMP(3), total BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO sums SELECT store, window_start, SUM(total) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '60' SECOND)) GROUP BY store, window_start, window_end;
`;
const dir = mkdtempSync(join(tmpdir(), 'millrace-framed-again-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Schemas of JSON values, by their numbers; more may be registered later. */
const framedStage = (known: Set<string>) => {
  const frames: FramesFor = (_, clock) =>
    framesOf(
      build.sources,
      () => async (id) => (known.has(id) ? { format: 'JSON', text: '', references: [] } : null),
      clock,
    );
  const check = (data: unknown) =>
    typeof (data as { total?: unknown }).total === 'number'
      ? null
      : { field: '/total', cause: 'must be number', value: 'x' };
  const build = {
    ...buildOf(SQL, check),
    sources: [
      {
        ...{ name: 'tills', adapter: 'plain', types: ['order.v1'], deduplicate: null, transport: 0, ticks: true },
        ...{ producer: 'any', framing: { kind: 'confluent', registry: 'https://r', secret: null } },
      },
    ],
  } as unknown as ReturnType<typeof buildOf>;
  const g = given(build, '2026-01-05T09:00:00Z', 1, frames);
  const put = (schema: number, data: object): void => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(schema, 1);
    g.logs.raw.put({ partitionKey: 'oslo', data: Buffer.concat([head, Buffer.from(JSON.stringify(data))]) });
  };
  return { g, put };
};
const order = (total: unknown) => ({ store: 'oslo', total, ts: '2026-01-05T09:00:10Z' });
const entriesOf = (g: ReturnType<typeof framedStage>['g']) => selectEntries(g.stage, 'rejected', {});

describe('a value of a schema that was not registered', () => {
  test('cannot be read, then is shown, passes, and counts once however often it is sent', async () => {
    const known = new Set(['7']);
    const { g, put } = framedStage(known);
    put(7, order(1));
    put(8, order(20));
    await g.play();
    const [entry] = await entriesOf(g);
    expect(entry?.entry.rule).toBe('framing.unknown-schema');
    expect(await readable(g.stage, entry?.entry as never)).toEqual({ cause: 'the registry has no schema 8' });
    expect((await tryRepair(g.stage, await entriesOf(g), bySchema)).map((t) => t.kind)).toEqual(['refused']);

    known.add('8');
    g.clock.advance(120_000);
    const shown = Buffer.from((await readable(g.stage, entry?.entry as never)) as Uint8Array).toString();
    expect(JSON.parse(shown).data).toEqual(order(20));
    const tried = await tryRepair(g.stage, await entriesOf(g), bySchema);
    expect(tried.map((t) => t.kind)).toEqual(['passes']);
    await keepFixes(g.stage, tried, 'schema', 'me');
    for (let i = 0; i < 2; i++) {
      const { planned, left } = await planResubmit(g.stage, await entriesOf(g), true);
      expect([planned.length, left]).toEqual([1, []]);
      await sendAgain(g.stage, planned, 'me');
      await g.play();
    }
    await g.end();
    expect(g.rows()).toEqual([expect.stringContaining('"total":21')]);
  });

  test('is repaired by a patch of the event that it holds', async () => {
    const known = new Set(['7']);
    const { g, put } = framedStage(known);
    put(8, order('20'));
    await g.play();
    known.add('8');
    g.clock.advance(120_000);
    const file = join(dir, 'patch.json');
    writeFileSync(file, '[{"op":"replace","path":"/data/total","value":20}]');
    expect((await tryRepair(g.stage, await entriesOf(g), bySchema)).map((t) => t.why)).toEqual([
      expect.stringContaining('schema.mismatch at /data/total'),
    ]);
    const tried = await tryRepair(g.stage, await entriesOf(g), byPatch(file));
    expect(tried.map((t) => [t.kind, JSON.parse(Buffer.from(t.after ?? []).toString()).data.total])).toEqual([
      ['passes', 20],
    ]);
  });
});

test('the past of a framed source is read as its events', async () => {
  const { g, put } = framedStage(new Set(['7']));
  put(7, order(5));
  const { pipeline, frames } = await g.stage.built();
  const live = {
    read: async (shard: string, after: string | undefined) => g.logs.raw.read(shard, after ?? null, 10),
  };
  const past = pastOf({
    ...{
      raw: g.stage.streams.raw,
      objects: g.stage.objects,
      table: g.stage.ledger,
      clock: g.clock,
      run: '1',
      groups: 8,
    },
    ...{ pipeline, lookups: {} as never, live },
    ...(frames && { frames: frames({}, g.clock) }),
  });
  const seen: unknown[] = [];
  for await (const { events } of past.steps())
    for (const e of events) seen.push(JSON.parse(Buffer.from(e.bytes).toString()).data);
  expect(seen).toEqual([order(5)]);
});
