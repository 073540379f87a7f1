// The event that `millrace start` offers for a first try.

import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { showInstant } from '../../shared/event/instant.ts';
import { isObject } from '../../shared/event/path.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { inputsOf } from '../../shared/query/sides.ts';
import type { UserFile } from '../build/read-folder.ts';
import { generate, type Kind } from '../generate/generate.ts';
import { sampleBody } from './sample-body.ts';

/** Stand in a sample where its event time goes, as text or in milliseconds: an event with an old time would be late. */
const TIME = '@time@';
const MS = '@ms@';
/** In the shop's pipeline: an order that a query without a window shows at once. */
const ORDER = {
  order_id: 'my-order',
  visitor: 'me',
  store: 'oslo',
  sku: 'desk-01',
  quantity: 1,
  total: 749,
  ordered_at: TIME,
};

export type Sample = { readonly type: string; readonly data: object };

/** With the place of its event time kept open; as it is where that has none. */
const timeless = (data: JsonObject, path: readonly string[] | null): JsonObject => {
  const [name, ...rest] = path ?? [];
  const inner = name === undefined ? undefined : data[name];
  if (name === undefined || inner === undefined) return data;
  if (rest.length === 0) return { ...data, [name]: typeof inner === 'string' ? TIME : MS };
  return isObject(inner) ? { ...data, [name]: timeless(inner, rest) } : data;
};

/** A made-up event of a type, when its schema takes what we make of it. */
const madeUp = (pipeline: CompiledPipeline, type: string, schemas: readonly UserFile[]): Sample | null => {
  const known = pipeline.types[type];
  const file = schemas.find((f) => f.path.endsWith(`/${type}.json`));
  if (known === undefined || file === undefined) return null;
  const data = sampleBody(JSON.parse(file.text) as Json, Date.now());
  if (!isObject(data) || known.check(data) !== null) return null;
  return { type, data: timeless(data, known.time) };
};

/**
 * An event that will be accepted: an order of the shop; else one of the sample traffic; else one made up by a schema, first of the
 * types that a query reads.
 */
export const sampleOf = (pipeline: CompiledPipeline, schemas: readonly UserFile[], kind: Kind): Sample | null => {
  const { types, plan } = pipeline;
  if (Object.hasOwn(types, 'order.v1') && types['order.v1']?.check({ ...ORDER, ordered_at: showInstant(0) }) === null)
    return { type: 'order.v1', data: ORDER };
  const [line] = generate({ kind, seed: 1, events: 1, start: Date.now() });
  const { type, data } = JSON.parse(line ?? '{}') as { readonly type?: string; readonly data?: JsonObject };
  if (type !== undefined && data !== undefined && types[type]?.check(data) === null)
    return { type, data: timeless(data, types[type].time) };
  const read = plan.queries.flatMap((q) => inputsOf(q).flatMap((i) => i.types));
  for (const wanted of new Set([...read, ...Object.keys(types)])) {
    const sample = madeUp(pipeline, wanted, schemas);
    if (sample !== null) return sample;
  }
  return null;
};

/** An event as an argument of a shell; its time is set when it is sent. */
export const inShell = (data: object): string =>
  JSON.stringify(data)
    .replaceAll("'", "'\\''")
    .replace(TIME, "'$(date -u +%FT%TZ)'")
    .replace(`"${MS}"`, "'$(date +%s)000'");
