// Sends what a manifest decided: rows and marks to `refined`, late and failed events to their stores. Sending again is harmless.
import { rejectedEvent, toNdjson } from '../../event/reject.ts';
import type { Patience } from '../../lanes/emit.ts';
import { Outbox } from '../../lanes/outbox.ts';
import { padSeq, position } from '../../lanes/position.ts';
import { groupOfKey } from '../../lanes/ring.ts';
import type { Objects, Stream } from '../../ports.ts';
import type { SideEvent } from '../aggregate/side-event.ts';
import { refinedLane } from '../roster.ts';
import { keepAside, sideDoorKey } from '../side-door.ts';
import { type Manifest, type Outgoing, outboxNumber } from './manifest.ts';
import { type RefusedResult, refusedLine } from './refused-result.ts';

export type SendDeps = {
  readonly to: Stream;
  readonly objects: Objects;
  readonly run: string;
  /** Name of the aggregate whose windows these are; part of the lanes. */
  readonly fn: string;
  readonly part: number;
  readonly groups: number;
  readonly patience?: Patience;
};

const lateLine = (e: SideEvent): string => {
  const [start, end] = e.window ?? [null, null];
  const { query, shard, position: at, arrival, again, time, watermark, event } = e;
  const head = JSON.stringify({
    query,
    shard,
    position: at,
    arrival,
    ...(again && { again }),
    time,
    watermark,
    window_start: start,
    window_end: end,
  });
  return `${head.slice(0, -1)},"event":${event}}`;
};

const rejectLine = (stage: string, e: SideEvent): string =>
  toNdjson(
    rejectedEvent({
      door: 'rejected',
      stage,
      rule: 'query.threw',
      query: e.query,
      cause: e.cause,
      shard: e.shard,
      position: e.position,
      arrival: e.arrival,
      ...(e.again && { again: e.again }),
      payload: Buffer.from(e.event),
    }),
  );

export const send = async (deps: SendDeps, m: Manifest, out: Outgoing): Promise<void> => {
  const { fn, part, groups } = deps;
  const box = new Outbox(deps.to, groups, deps.patience);
  for (const row of out.rows) {
    const group = groupOfKey(row.key, groups);
    box.add(group, {
      kind: 'event',
      lane: refinedLane(fn, row.query, part, group),
      seq: padSeq(outboxNumber(m.outEpoch, row.no)),
      index: 0,
      child: 0,
      arrival: m.at,
      key: row.key,
      bytes: Buffer.from(row.event),
    });
    if (box.full) await box.flush();
  }
  const pos = position(outboxNumber(m.outEpoch, out.markNo), 0);
  for (const mark of out.marks)
    for (let g = 0; g < groups; g++)
      box.add(g, { kind: 'mark', lane: refinedLane(fn, mark.query, part, g), pos, clock: mark.watermark });
  await box.flush();

  const side = out.side as readonly SideEvent[];
  const stage = fn.replace('/', '-');
  // One name for one decision: sending again writes the same object again.
  const name = `${part}-${outboxNumber(m.outEpoch, out.markNo)}`;
  const late = side.filter((e) => e.door === 'late').map(lateLine);
  const failed = side.filter((e) => e.door === 'rejected').map((e) => rejectLine(stage, e));
  await keepAside(deps.objects, sideDoorKey('late', deps.run, stage, m.at, name), late);
  const refused = ((out.refused ?? []) as readonly RefusedResult[]).map((r, i) =>
    refusedLine(`refine-${stage}`, r, outboxNumber(m.outEpoch, out.markNo), i, m.at),
  );
  await keepAside(deps.objects, sideDoorKey('rejected', deps.run, stage, m.at, name), [...failed, ...refused]);
};
