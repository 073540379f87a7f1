// Our KPL codec against aws-kinesis-agg: µs CPU per user record. Decoding begins with the base64 that Lambda hands over, checks
// the MD5, and ends with bytes and partition key of every record. Ours is handed 40 aggregates at a time, a batch of Lambda or what a
// request takes, since it makes their MD5s together; the peer takes them one by one and knows no other way. The note says what ratio
// would be left if all but base64 and MD5 were free, the MD5 by node:crypto; and the figure for an aggregate that comes alone.
import { hash } from 'node:crypto';
import { AggregateBuilder, decodeAggregate, encodeAggregate } from '../shared/event/kpl.ts';
import { sealAll, wholeAmong } from '../shared/event/kpl-sum.ts';
import { peerDecode, peerEncode } from '../test/event/kpl-peer.ts';
import { cpuRounds } from './cpu-rounds.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';

type Given = { partitionKey: string; data: Buffer };

/** `count` records of about `size` bytes of JSON, keys out of 5,000; the same each time. */
const given = (size: number, count: number, seed: number): Given[] =>
  Array.from({ length: count }, (_, i) => {
    const n = (Math.imul(i + seed * 7919, 2654435761) >>> 0) % 5_000;
    const body = { id: `e${String(seed * 1e6 + i).padStart(12, '0')}`, type: 'page_view', user: `u${n}`, pad: '' };
    body.pad = 'x'.repeat(Math.max(0, size - JSON.stringify(body).length));
    return { partitionKey: `u${n}`, data: Buffer.from(JSON.stringify(body)) };
  });

/** Aggregates of a batch. */
const TOGETHER = 40;
const batchesOf = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: all.length / TOGETHER }, (_, i) => all.slice(i * TOGETHER, (i + 1) * TOGETHER));

const layOut = (records: readonly Given[]): Uint8Array => {
  const builder = new AggregateBuilder();
  for (const record of records) builder.add(record);
  return builder.layOut();
};

export const kplBench: Bench = async () => {
  const goals: Goal[] = [];
  for (const [size, per] of [
    [200, 100],
    [200, 500],
    [525, 100],
    [1024, 100],
  ] as const) {
    const batches = Array.from({ length: (size === 200 ? 40_000 : 16_000) / per }, (_, b) => given(size, per, b));
    const total = batches.length * per;
    const lambda = batches.map((records) => peerEncode(records).toString('base64'));
    if (lambda.some((text, i) => text !== Buffer.from(encodeAggregate(batches[i] ?? [])).toString('base64')))
      throw new Error('the two writers differ');

    let read = 0;
    const take = (bytes: Uint8Array, whole?: boolean): void => {
      const decoded = decodeAggregate(bytes, undefined, whole);
      if (decoded.kind !== 'aggregate') throw new Error(decoded.kind);
      for (const record of decoded.records) read += record.data.length + record.partitionKey.length;
    };
    const events = batchesOf(lambda);
    const requests = batchesOf(batches);
    const bodies = lambda.map((text) => Buffer.from(text, 'base64').subarray(4, -16));
    const decode = await cpuRounds({
      peer: () => {
        for (const text of lambda)
          for (const record of peerDecode(text))
            read += Buffer.from(record.data, 'base64').length + record.partitionKey.length;
        return total;
      },
      ours: () => {
        for (const event of events) {
          const held = event.map((text) => Buffer.from(text, 'base64'));
          const whole = wholeAmong(held);
          for (const bytes of held) take(bytes, whole.has(bytes));
        }
        return total;
      },
      alone: () => {
        for (const text of lambda) take(Buffer.from(text, 'base64'));
        return total;
      },
      floor: () => {
        for (const text of lambda) read += hash('md5', Buffer.from(text, 'base64').subarray(4, -16), 'buffer').length;
        return total;
      },
    });
    const encode = await cpuRounds({
      peer: () => {
        for (const records of batches) read += peerEncode(records).length;
        return total;
      },
      ours: () => {
        for (const request of requests) {
          const open = request.map(layOut);
          sealAll(open);
          for (const bytes of open) read += bytes.length;
        }
        return total;
      },
      alone: () => {
        for (const records of batches) read += encodeAggregate(records).length;
        return total;
      },
      floor: () => {
        for (const body of bodies) read += hash('md5', body, 'buffer').length;
        return total;
      },
    });
    if (read === 0) throw new Error('nothing was read');
    for (const [what, floor, cpu, least] of [
      ['unpacking', 'base64 and MD5', decode, 2.5],
      ['packing', 'MD5', encode, 2],
    ] as const)
      goals.push({
        ...timesLess(
          '3',
          `${what}, ${size} B x ${per}, MD5 checked`,
          cpu.ours,
          { name: 'aws-kinesis-agg', figure: cpu.peer, unit: 'µs/record' },
          least,
        ),
        note: `${floor} of node:crypto alone would be ${(cpu.peer / cpu.floor).toFixed(1)}x; an aggregate that comes alone ${(cpu.peer / cpu.alone).toFixed(1)}x`,
      });
  }
  return { goals };
};
