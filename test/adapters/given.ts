// Plumbing for tests of adapters: a source as sources.yml would have it, records in, events or refusals out.
import { adaptBy } from '../../shared/adapters/adapt.ts';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import type { Source } from '../../shared/pipeline.ts';

export const AT = Date.parse('2026-01-05T09:00:00Z');

export const source = (adapter: Source['adapter'], more: Partial<Source> = {}): Source => ({
  name: 'it',
  adapter,
  types: ['it.v1'],
  deduplicate: null,
  transport: 0,
  ticks: true,
  producer: 'any',
  ...more,
});

export type Shown = string | JsonObject;

/** Each event as JSON, each refusal as `rule field: cause`; `untouched` for what no adapter took. */
export const adapted = (
  record: Json | Buffer | string,
  by: Source | readonly Source[],
  key = 'k',
): readonly Shown[] => {
  const bytes = Buffer.isBuffer(record)
    ? record
    : Buffer.from(typeof record === 'string' ? record : stringifyJson(record));
  const unpacked = unpackRecord(bytes, key);
  if (!unpacked.ok) return [`${unpacked.rule}: ${unpacked.cause}`];
  const out = adaptBy([by].flat() as readonly Source[])?.(unpacked.records, AT);
  if (out === undefined) return ['no adapter'];
  if (!out.ok) return [`${out.rule}: ${out.cause}`];
  return out.events.map(({ user, from, refused }, i): Shown => {
    if (user.index !== i) return `index ${user.index} at ${i}`;
    if (refused) return `${refused.rule}${refused.field === undefined ? '' : ` ${refused.field}`}: ${refused.cause}`;
    if (from === undefined) return 'untouched';
    const parsed = parseJson(user.bytes);
    return parsed.ok ? (parsed.value as JsonObject) : parsed.cause;
  });
};

/** Only data of the events. */
export const dataOf = (record: Json | Buffer | string, by: Source): readonly (Json | undefined)[] =>
  adapted(record, by).map((shown) => (typeof shown === 'string' ? shown : shown.data));

/** A copy with one part changed: `with_(sample, 'x', ['metadata', 'operation'])`; undefined takes it away. */
export const with_ = (value: Json, part: Json | undefined, path: readonly string[]): Json => {
  const [name, ...rest] = path;
  if (name === undefined) return part as Json;
  if (Array.isArray(value)) return value.map((v: Json, i) => (String(i) === name ? with_(v, part, rest) : v));
  const { [name]: was, ...others } = value as JsonObject;
  const now = rest.length === 0 ? part : with_(was ?? {}, part, rest);
  return now === undefined ? others : { ...others, [name]: now };
};
