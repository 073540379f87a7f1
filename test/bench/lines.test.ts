import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, test } from 'vitest';
import { clickOf } from '../../bench/click.ts';
import { recordOf, SHARD, SHARDS } from '../../bench/click-batch.ts';
import { clickPlan } from '../../bench/handler-path.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { watch } from '../../shared/metrics/watch.ts';
import type { Stream } from '../../shared/ports.ts';
import { systemClock } from '../../shared/ports.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { validate } from '../../shared/steps/validate.ts';
import { onKinesis } from '../../shared/trigger/kinesis.ts';

/** Lines of metrics and of log that one invocation of validate writes for so many records. */
const linesFor = async (records: number, event: (i: number) => Uint8Array): Promise<number> => {
  let lines = 0;
  const count = () => {
    lines++;
  };
  const logger = new Logger();
  Object.assign(logger, {
    console: { log: count, info: count, debug: count, warn: count, error: count, trace: count },
  });
  const stream = (name: string): Stream => ({
    name,
    put: async (put) => put.map(() => ({ ok: true, shard: SHARD, seq: '1' })),
    shards: async () => SHARDS,
    hasRecordAfter: async () => false,
  });
  const types = { 'click.v1': { type: 'click.v1', check: () => null, time: null, id: null, key: null } } as const;
  const handler = onKinesis(
    validate({
      raw: stream('raw'),
      validated: stream('validated'),
      table: memoryTable('ledger'),
      rejected: memoryObjects('rejected'),
      clock: systemClock,
      run: '1',
      groups: 4,
      delay: 60_000,
      sources: [],
      judge: judgeOf({ types, plan: clickPlan() }),
    }),
    logger,
    watch('validate', {}, systemClock, count),
  );
  const Records = Array.from({ length: records }, (_, i) => recordOf('raw', BigInt(i), event(i)));
  const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 });
  expect(batchItemFailures).toEqual([]);
  return lines;
};

describe('an invocation writes one line of metrics and none for a record', () => {
  const good = (i: number) => Buffer.from(JSON.stringify(clickOf(i)));
  const bad = () => Buffer.from('{"no":"event"');
  test.each([1, 10, 500])('%d good records', async (n) => expect(await linesFor(n, good)).toBe(1));
  test.each([1, 10, 500])('%d records that are rejected', async (n) => expect(await linesFor(n, bad)).toBe(1));
});
