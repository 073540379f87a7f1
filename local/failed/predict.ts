// What the queries would make of an event that comes again now: said before it is sent, by the clocks that will decide.
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { lane, padSeq } from '../../shared/lanes/position.ts';
import { groupOfKey, hashKeyOf, holds } from '../../shared/lanes/ring.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import { foldersOf } from '../../shared/steps/aggregate/folder.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { watermarkOf } from '../../shared/steps/aggregate/watermark.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import type { Operator } from '../../shared/steps/operators/operator.ts';
import { manifests } from '../../shared/steps/refine/manifest.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Verdict } from './verdict.ts';

/** `counts`: its window is open. `revises`: it closed, a revision follows. `too-late`: it is listed as late. */
export type Fate = { readonly query: string; readonly fate: 'counts' | 'revises' | 'too-late' };
export type Passing = Extract<Verdict, { kind: 'passes' }>;

const NOT_YET = Number.NEGATIVE_INFINITY;
const PART = 0;

/** Decided by the clock of the raw shard that the key belongs to, as it stands now: it may have moved on when the event arrives. */
export const predictor = async (stage: StageHere, pipeline: CompiledPipeline) => {
  const { ledger, run, streams, groups } = stage;
  const marks = checkpoints(ledger, run, `validate/${streams.raw.name}`);
  const open = (await streams.raw.shards()).filter((s) => !s.closed);
  const clocks = new Map<string, EpochMs>();
  for (const { id } of open) clocks.set(id, ((await marks.read(id))?.clock as number | undefined) ?? NOT_YET);
  const { closed } = await manifests({
    ...stage,
    table: ledger,
    fn: aggregateName('enriched'),
    part: PART,
    nonce: () => '',
  }).read();
  const folders = foldersOf(pipeline.plan, 'enriched', {
    functions: userFunctions(pipeline.plan.functions, pipeline.functions),
  });

  const isLate = ({ batch }: Operator, e: StampedEvent, event: Passing, w: EpochMs): boolean => {
    try {
      const verdict = batch().add(e, event.event, event.time, w);
      return typeof verdict === 'object';
    } catch {
      return false; // what it looks up, or fails on, is not known here
    }
  };

  return (event: Passing, only: string | undefined): readonly Fate[] => {
    const shard = open.find((s) => holds(s, hashKeyOf(event.key)))?.id ?? '';
    const clock = clocks.get(shard) ?? NOT_YET;
    const e: StampedEvent = {
      kind: 'event',
      lane: lane(shard, groupOfKey(event.key, groups)),
      seq: padSeq('1'),
      index: 0,
      child: 0,
      arrival: stage.clock.now(),
      key: event.key,
      bytes: event.bytes,
    };
    return folders
      .filter((f) => (only === undefined || f.operator.query.id === only) && f.takes(event.event))
      .map(({ operator }) => {
        const { query } = operator;
        const lateness = 'lateness' in query ? query.lateness : 0;
        const told = closed[query.id] ?? NOT_YET;
        const fate = isLate(operator, e, event, watermarkOf(query, clock))
          ? 'too-late'
          : isLate(operator, e, event, told + lateness)
            ? 'revises'
            : 'counts';
        return { query: query.name, fate };
      });
  };
};
