// An operator: takes rejected events out of the store, repairs them and sends them again, by the code of `millrace failed`. Now and then
// the repair is none, the same event is sent twice, or a second operator does the same at once; each of the calls may fail or be the last.

import { unpackRecord } from '../../shared/event/unpack.ts';
import { position } from '../../shared/lanes/position.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Objects, Stream, Table } from '../../shared/ports.ts';
import { readEnvelope } from '../../shared/steps/resubmit.ts';
import type { Entry } from '../failed/entry.ts';
import { readEntries } from '../failed/read-entries.ts';
import { type Sendable, sendAgain } from '../failed/send-again.ts';
import { verdicts } from '../failed/verdict.ts';
import { wayOf } from '../failed/way.ts';
import type { Rng } from '../generate/rng.ts';
import { stageInMemory } from '../stage/stage-in-memory.ts';
import { RUN_ID } from './cast.ts';
import { type Click, eventOf } from './producer.ts';
import type { Scene } from './world/scene.ts';

type Ports = { readonly raw: Stream; readonly ledger: Table; readonly objects: Objects };

/** Where an event stood the first time: `<raw shard> <position>`. */
const firstOf = ({ shard, position: at, again }: Entry): string =>
  again === undefined ? `${shard} ${at}` : `${again.shard} ${again.position}`;

/** The event as its client meant it. */
const bytesOf = (click: Click): Uint8Array => Buffer.from(JSON.stringify(eventOf(click)));
const broken = (click: Click): Uint8Array => {
  const event = eventOf(click);
  return Buffer.from(JSON.stringify({ ...event, data: { ...event.data, v: 'still' } }));
};

export const operator =
  (scene: Scene, pipeline: CompiledPipeline, ports: Ports, rng: Rng, wait: () => Promise<void>) =>
  async (): Promise<void> => {
    const { raw, ledger, objects } = ports;
    const streams = { raw, validated: raw, enriched: raw, refined: raw };
    const stage = stageInMemory({
      pipeline,
      streams,
      ledger,
      objects,
      run: RUN_ID,
      groups: scene.shape.groups,
      clock: scene.clock,
    });
    const judge = verdicts(pipeline);
    const entries = (await readEntries(stage, 'rejected')).filter((e) => e.stage === 'validate');
    const sendable: Sendable[] = [];
    for (let i = 0; i < 1 + rng.below(3) && entries.length > 0; i++) {
      const entry = rng.pick(entries);
      const sent = scene.sent.get(firstOf(entry));
      // Of copies that are told apart by id one owns it, and claims expire: who counts then is no operator's matter.
      if (sent?.kind !== 'poison' || (scene.shape.deduplicate && sent.copied)) continue;
      const way = wayOf(entry, pipeline);
      if (way.kind === 'none') continue;
      const good = judge(bytesOf(sent.click), entry, way);
      if (good.kind === 'refused') throw new Error(`a good event is refused: ${good.cause}`);
      const event = rng.chance(0.15) ? { ...good, bytes: broken(sent.click) } : good;
      sendable.push({ entry, way, event, state: { kind: 'open' } });
      scene.schedule.struck.add('resubmit');
    }
    await sendAgain(stage, sendable, 'operator', { wait });
  };

export type Resent = {
  readonly click: Click;
  /** Whether the repair was none. */
  readonly broken: boolean;
  /** Where it stood the first time: `<raw shard> <position>`, and when it came. */
  readonly first: {
    readonly at: string;
    readonly shard: string;
    readonly seq: string;
    readonly index: number;
    readonly arrival: number;
  };
};

/** What was sent again, by the place of each copy: read from `raw`, whatever the stamps say. */
export const resentIn = (scene: Scene): ReadonlyMap<string, Resent> => {
  const out = new Map<string, Resent>();
  const arrivals = new Map<string, number>();
  for (const shard of scene.raw.family())
    for (const { seq, arrival } of scene.raw.all(shard.id))
      arrivals.set(`${shard.id} ${seq.padStart(56, '0')}`, arrival);
  for (const shard of scene.raw.family())
    for (const record of scene.raw.all(shard.id)) {
      const unpacked = unpackRecord(record.data, record.partitionKey);
      const said = unpacked.ok ? readEnvelope(unpacked.records) : undefined;
      if (said === undefined) continue;
      const [, , from = '', at = ''] = said.key.split('|');
      const sent = scene.sent.get(`${from} ${at}`);
      if (sent?.kind !== 'poison') throw new Error(`nothing was rejected at ${said.key}`);
      const [seq = '', index = ''] = at.split('.');
      out.set(`${shard.id} ${position(record.seq, 0)}`, {
        click: sent.click,
        broken: Buffer.from(said.payload).includes('"still"'),
        first: {
          at: `${from} ${at}`,
          shard: from,
          seq,
          index: Number(index),
          arrival: arrivals.get(`${from} ${seq}`) ?? 0,
        },
      });
    }
  return out;
};
