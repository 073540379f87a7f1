// From a KPL record to a partial, whole handlers as they ship, behind their triggers: `validate` (base64, KPL, CloudEvent, schema, key
// groups, stamps, KPL and MD5 again) and `aggregate` (base64, KPL, columns, fold, one ledger entry with its conditional put).
import type { KinesisStreamEvent } from 'aws-lambda';
import { memoryObjects } from '../shared/memory/objects.ts';
import { memoryTable } from '../shared/memory/table.ts';
import { memoryWake } from '../shared/memory/wake.ts';
import type { CompiledPipeline } from '../shared/pipeline.ts';
import { type OutRecord, type Stream, systemClock } from '../shared/ports.ts';
import { compileSql } from '../shared/query/compile.ts';
import type { Plan } from '../shared/query/plan.ts';
import { aggregate } from '../shared/steps/aggregate/aggregate.ts';
import { judgeOf, longestDelay } from '../shared/steps/judge.ts';
import { validate } from '../shared/steps/validate.ts';
import { onKinesis } from '../shared/trigger/kinesis.ts';
import { CLICK_ARRIVAL, clickOf } from './click.ts';
import { recordOf, SHARD, SHARDS } from './click-batch.ts';

const budget = { getRemainingTimeInMillis: () => 60_000 };
const GROUPS = 4;

const TABLES = `CREATE TABLE clicks (visitor STRING, page STRING, country STRING, campaign STRING, price DOUBLE, quantity INT, device ROW<kind STRING>, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');`;
const sink = (n: number) =>
  `CREATE TABLE sums${n} (campaign STRING, s TIMESTAMP(3), n BIGINT, total DOUBLE, PRIMARY KEY (campaign, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');`;
const query = (n: number, where: string) =>
  `INSERT INTO sums${n} SELECT campaign, window_start, COUNT(*), SUM(price)
   FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)) ${where} GROUP BY campaign, window_start, window_end;`;

/** Count and sum of price by campaign in windows of ten seconds; further queries are the same over one more condition. */
export const clickPlan = (queries = 1): Plan => {
  const numbers = Array.from({ length: queries }, (_, n) => n);
  const { plan, errors } = compileSql(
    [
      { path: 'tables.sql', text: TABLES + numbers.map(sink).join('\n') },
      ...numbers.map((n) => ({
        path: `queries/q${n}.sql`,
        text: query(n, n === 0 ? '' : `WHERE price >= ${n / 100}`),
      })),
    ],
    { types: ['click.v1'] },
  );
  if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
  return plan;
};

/** Takes every record and hands it on. */
const into = (name: string, took: (record: OutRecord) => void): Stream => ({
  name,
  put: async (records) =>
    records.map((record) => {
      took(record);
      return { ok: true, shard: SHARD, seq: '1' };
    }),
  shards: async () => SHARDS,
  hasRecordAfter: async () => false,
});

export type Handler = (event: KinesisStreamEvent) => Promise<void>;
const whole =
  (handle: ReturnType<typeof onKinesis>): Handler =>
  async (event) => {
    const { batchItemFailures } = await handle(event, budget);
    if (batchItemFailures.length > 0) throw new Error('a handler of ours refused good records');
  };

export const validateHandler = (types: CompiledPipeline['types'], plan: Plan, took: (r: OutRecord) => void): Handler =>
  whole(
    onKinesis(
      validate({
        raw: into('raw', () => {}),
        validated: into('validated', took),
        table: memoryTable('ledger'),
        rejected: memoryObjects('rejected'),
        clock: systemClock,
        run: '1',
        groups: GROUPS,
        delay: longestDelay(plan.tables),
        sources: [],
        judge: judgeOf({ types, plan }),
      }),
    ),
  );

/** With what it put into the ledger, for a look at the end. */
export const aggregateHandler = (plan: Plan) => {
  const table = memoryTable('ledger');
  const objects = memoryObjects('data');
  let nonce = 0;
  const handle = whole(
    onKinesis(
      aggregate({
        plan,
        reads: 'enriched',
        from: into('enriched', () => {}),
        table,
        objects,
        wake: memoryWake(),
        clock: { now: () => CLICK_ARRIVAL },
        nonce: () => `n${nonce++}`,
        run: '1',
        groups: GROUPS,
      }),
    ),
  );
  return { handle, table, objects };
};

/** Raw batches with rising numbers, and what `validate` made of each as `aggregate` is handed it. */
export const clickStages = async (
  types: CompiledPipeline['types'],
  plan: Plan,
  { batches, records, per }: { readonly batches: number; readonly records: number; readonly per: number },
): Promise<readonly { readonly raw: KinesisStreamEvent; readonly enriched: KinesisStreamEvent }[]> => {
  let out: OutRecord[] = [];
  const handle = validateHandler(types, plan, (r) => out.push(r));
  const stages: { raw: KinesisStreamEvent; enriched: KinesisStreamEvent }[] = [];
  let next = 0;
  let seq = 0n;
  for (let b = 0; b < batches; b++) {
    const raw = {
      Records: Array.from({ length: records }, () => {
        const clicks = Array.from({ length: per }, () => clickOf(next++));
        return recordOf('raw', seq++, clicks);
      }),
    };
    out = [];
    await handle(raw);
    stages.push({ raw, enriched: { Records: out.map((r) => recordOf('enriched', seq++, r.data)) } });
  }
  return stages;
};
