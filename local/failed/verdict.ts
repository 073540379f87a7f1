// What `validate` would say of repaired bytes now, by the present build: the same code says it.
import { adaptBy } from '../../shared/adapters/adapt.ts';
import type { CloudEvent, Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { isObject, valueAt } from '../../shared/event/path.ts';
import { positionIdOf } from '../../shared/event/position-id.ts';
import type { Open } from '../../shared/framings/frames.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { Entry } from './entry.ts';
import type { Way } from './way.ts';

export type Verdict =
  | {
      readonly kind: 'passes';
      readonly event: CloudEvent;
      readonly time: EpochMs;
      /** As `ingest` finds it: events with equal keys keep their order. */
      readonly key: string;
      /** What goes to `raw`. */
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'refused'; readonly rule: string; readonly field?: string; readonly cause: string };

const refused = (rule: string, cause: string, field?: string): Verdict => ({
  kind: 'refused',
  rule,
  cause,
  ...(field === undefined ? {} : { field }),
});

const keyOf = (event: CloudEvent, types: CompiledPipeline['types']): string => {
  const key = types[event.type]?.key ?? null;
  const own = key === null ? undefined : valueAt(event.data as Json, key);
  for (const name of [event.partitionkey, own, event.subject])
    if (name !== undefined && name !== null && name !== '' && typeof name !== 'object') return String(name);
  return event.id;
};

/** Without what the enrichments added. */
const bare = (bytes: Uint8Array, { enrichments }: Pick<CompiledPipeline, 'enrichments'>): Uint8Array => {
  const parsed = parseJson(bytes);
  if (!parsed.ok || !isObject(parsed.value) || !isObject(parsed.value.data ?? null)) return bytes;
  const { type, data } = parsed.value as { readonly type: Json; readonly data: JsonObject };
  const added = new Set(enrichments.filter((e) => e.on.includes(String(type))).map((e) => e.as));
  if (added.size === 0) return bytes;
  const kept = Object.fromEntries(Object.entries(data).filter(([name]) => !added.has(name)));
  return Buffer.from(stringifyJson({ ...parsed.value, data: kept } as JsonObject));
};

/** What a source delivered, as the event that its adapter makes of it. @returns given what opens framed values */
export const adapting = ({ sources }: Pick<CompiledPipeline, 'sources'>) => {
  const adapt = adaptBy(sources);
  return (payload: Uint8Array, arrival: EpochMs, open?: Open): Uint8Array | Verdict => {
    const made = adapt?.([{ index: 0, partitionKey: '', bytes: payload }], arrival, open);
    if (made === undefined) return payload;
    if (!made.ok) return refused(made.rule, made.cause);
    const [one, ...more] = made.events;
    if (one === undefined) return refused('event.not-an-event', 'it holds no event');
    if (more.length > 0)
      return refused('event.not-an-event', `it holds ${more.length + 1} events; give one with --with FILE.ts`);
    return one.refused === undefined ? one.user.bytes : refused(one.refused.rule, one.refused.cause, one.refused.field);
  };
};

/** The judge of the present build, made once for many events. */
export const verdicts = (pipeline: CompiledPipeline) => {
  const judge = judgeOf(pipeline);
  const adapted = adapting(pipeline);

  /** @param open what framed values say */
  return (payload: Uint8Array, e: Entry, way: Extract<Way, { kind: 'again' }>, open?: Open): Verdict => {
    const bytes = way.enriched ? bare(payload, pipeline) : adapted(payload, e.arrival, open);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const { shard, seq, index, arrival } = way.again;
    const v = judge(bytes, arrival, () => positionIdOf(shard, seq.replace(/^0+(?=.)/, ''), index));
    if (v.kind === 'reject') return refused(v.rule, v.cause, v.field);
    const { event } = v;
    return { kind: 'passes', event, time: v.time, key: keyOf(event, pipeline.types), bytes };
  };
};
