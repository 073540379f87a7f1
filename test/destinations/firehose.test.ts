import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEnv } from '../../local/services/local-env.ts';
import type { Served } from '../../local/services/serve.ts';
import { startDeliveryStream } from '../../local/stand-ins/delivery-stream.ts';
import { firehoseRecords } from '../../shared/aws/firehose-records.ts';
import { firehoseCalls as sdkFirehose } from '../../shared/aws/sdk/firehose.ts';
import { firehoseCalls } from '../../shared/aws/signed/firehose.ts';
import { packGroup } from '../../shared/lanes/block.ts';
import { pointOf } from '../../shared/lanes/ring.ts';
import { firehoseTransform } from '../../shared/steps/firehose-transform.ts';
import { peerEncode } from '../event/kpl-peer.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';
import { troublesOf } from '../ports/troubles.ts';
import { CARRIERS } from '../ports/world.ts';
import { event, marks } from '../steps/stage-given.ts';

let stream: Served;
let taken: string[] = [];
const troubles = troublesOf('ServiceUnavailableException', 503);
beforeAll(async () => {
  stream = await startDeliveryStream((_, lines) => void taken.push(...lines), { hooks: troubles.hooks });
});
afterAll(() => stream.close());

describe.each(CARRIERS)('calls carried by: %s', (carrier) => {
  destinationContract('Data Firehose', async () => {
    taken = [];
    const at = stream.endpoint;
    const env = localEnv({ kinesis: at, dynamo: at, objects: at, firehose: at });
    const calls = (carrier === 'sdk' ? sdkFirehose : firehoseCalls)({ env, maxAttempts: 1 });
    return {
      destination: firehoseRecords({ deliveryStream: 'd', calls }),
      table: 't',
      holds: 'messages',
      content: async () => taken.map((line) => JSON.parse(line).data),
      poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(1_100_000) }),
      ...troubles.make(),
    };
  });
});

describe('firehose-transform', () => {
  const given = (...data: readonly Uint8Array[]) =>
    data.map((d, i) => ({ recordId: `r${i}`, data: Buffer.from(d).toString('base64') }));
  const lines = (result: { data: string }) => Buffer.from(result.data, 'base64').toString();
  const packed = (items: Parameters<typeof packGroup>[0]) =>
    packGroup(items, pointOf(0, 4)) as unknown as readonly [Uint8Array];

  test('one line for each event of an aggregate of ours, marks left out', () => {
    const [record] = packed([event(1, 'order.v1', { n: 1 }), event(2, 'order.v1', { n: 2 }), marks(2)[0] as never]);
    const [result] = firehoseTransform(given(record));
    expect(result?.result).toBe('Ok');
    expect(
      lines(result as never)
        .split('\n')
        .filter(Boolean)
        .map((l) => JSON.parse(l).data.n),
    ).toEqual([1, 2]);
  });
  test('a record of marks alone is dropped', () => {
    const [record] = packed([marks(1)[0] as never]);
    expect(firehoseTransform(given(record))).toMatchObject([{ recordId: 'r0', result: 'Dropped' }]);
  });
  test('records of producers: those of the KPL one by one, others as they are, broken JSON too', () => {
    const aggregated = peerEncode([
      { partitionKey: 'a', data: Buffer.from('{"n":1}') },
      { partitionKey: 'b', data: Buffer.from('{"n":2}') },
    ]);
    const results = firehoseTransform(given(aggregated, Buffer.from('{"n":\n 3}'), Buffer.from('no json')));
    expect(results.map(lines)).toEqual(['{"n":1}\n{"n":2}\n', '{"n": 3}\n', 'no json\n']);
  });
  test('every record is answered for; what does not fit into the answer fails', () => {
    const results = firehoseTransform(
      given(...Array.from({ length: 10 }, () => Buffer.from(`"${'x'.repeat(900_000)}"`))),
    );
    expect(results.map((r) => r.result)).toEqual([...Array(4).fill('Ok'), ...Array(6).fill('ProcessingFailed')]);
    expect(JSON.stringify({ records: results }).length).toBeLessThan(6_291_456);
  });
});
