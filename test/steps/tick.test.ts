import { describe, expect, test } from 'vitest';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { OutRecord, Stream } from '../../shared/ports.ts';
import { tick } from '../../shared/steps/tick.ts';
import { AT, newLog, noWait, plenty, recordsOf } from './stage-given.ts';

const run = (raw: Stream) => tick({ raw, patience: noWait })(AT, plenty);
const ticksOn = (log: ReturnType<typeof newLog>) =>
  recordsOf(log).map(({ records }) => records.map((r) => `${r.partitionKey} ${r.data.length}`));

test('an empty record to each open shard, none to a closed one', async () => {
  const log = newLog('raw', 2);
  log.split('shardId-000000000000', BigInt(log.shards()[0]!.endHash) / 2n);
  await run(memoryStream(log));
  expect(ticksOn(log)).toEqual([[], ['tick 0'], ['tick 0'], ['tick 0']]);
});

test('more shards than one put takes', async () => {
  const log = newLog('raw', 501);
  await run(memoryStream(log));
  expect(ticksOn(log).flat()).toHaveLength(501);
});

describe('ticks that fail', () => {
  const failing = (code: string, times: number) => {
    const log = newLog('raw', 3);
    let left = times;
    const refuse = (r: OutRecord) => (r.hashKey === log.shards()[1]!.startHash && left-- > 0 ? code : undefined);
    return { log, raw: memoryStream(log, { refuse }) };
  };
  test('are sent again, only they', async () => {
    const { log, raw } = failing('InternalFailure', 1);
    await run(raw);
    expect(ticksOn(log)).toEqual([['tick 0'], ['tick 0'], ['tick 0']]);
  });
  test('for ever are said', async () => {
    await expect(run(failing('InternalFailure', 9).raw)).rejects.toMatchObject({
      code: 'stream.unavailable',
      message: expect.stringMatching(/1 shards took no tick: InternalFailure/),
    });
  });
  test('because the shard is busy are not needed: it is not idle', async () => {
    const { log, raw } = failing('ProvisionedThroughputExceededException', 9);
    await run(raw);
    expect(ticksOn(log)).toEqual([['tick 0'], [], ['tick 0']]);
  });
});
