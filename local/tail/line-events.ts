// A line -> the events that its source's adapter reads out of it, with an id of the line's place: sent again, they are the same events.
import { isUtf8 } from 'node:buffer';
import { agent } from '../../shared/adapters/agent.ts';
import { sourceUri } from '../../shared/adapters/parts.ts';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { showInstant } from '../../shared/event/instant.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { valueAt } from '../../shared/event/path.ts';
import type { EventType, Source } from '../../shared/pipeline.ts';
import type { Outgoing } from '../../shared/producer/index.ts';
import type { EpochMs } from '../../shared/time.ts';

/** @param id of the line, from its place @param now the event time of lines that have none of their own */
export type LineEvents = (id: string, bytes: Buffer, now: EpochMs) => readonly Outgoing[];

const textAt = (data: Json, path: readonly string[] | null): string | undefined => {
  const value = path === null ? undefined : valueAt(data, path);
  return value === undefined || value === null || value === '' || typeof value === 'object' ? undefined : String(value);
};

/**
 * @param type  what the schema marks: a field `x-id` is the id in place of the line's, a field `x-key` the key
 * @param whole a record of several lines is one event, `{line}` with all of them
 */
export const lineEvents = (source: Source, type: Pick<EventType, 'id' | 'key'>, whole: boolean): LineEvents => {
  const [name = ''] = source.types;
  const from = sourceUri('lines', source.name);
  const outgoing = (event: JsonObject): Outgoing => {
    const id = String(event.id);
    return { id, key: String(event.partitionkey ?? event.subject ?? id), bytes: Buffer.from(stringifyJson(event)) };
  };
  const event = (id: string, now: EpochMs, more: JsonObject): Outgoing =>
    outgoing({ specversion: '1.0', id, source: from, type: name, time: showInstant(now), ...more });
  const eventOf = (id: string, now: EpochMs, data: Json): Outgoing => {
    const key = textAt(data, type.key);
    return event(textAt(data, type.id) ?? id, now, { ...(key !== undefined && { partitionkey: key }), data });
  };
  /** No event can be made of it: `validate` refuses it, and its bytes stand in the rejected store. */
  const broken = (id: string, now: EpochMs, bytes: Uint8Array): Outgoing =>
    event(id, now, { data_base64: Buffer.from(bytes).toString('base64') });
  return (id, bytes, now) => {
    if (!isUtf8(bytes)) return [broken(id, now, bytes)];
    if (whole && (source.format ?? 'plain') === 'plain') {
      const text = bytes.toString().replace(/^\ufeff/, '');
      return text.trim() === '' ? [] : [eventOf(id, now, { line: text })];
    }
    const adapted = agent.adapt({ bytes, partitionKey: '', arrival: now, json: () => parseJson(bytes) }, source);
    if (adapted.kind !== 'parts') return [];
    return adapted.parts.map((part, i): Outgoing => {
      const own = i === 0 ? id : `${id}.${i}`;
      const made = part.kind === 'event' ? parseJson(part.bytes) : undefined;
      if (made?.ok !== true) return broken(own, now, part.bytes);
      const value = made.value as JsonObject;
      // A line that is an event already goes on as it is.
      return value.plain === undefined ? outgoing(value) : eventOf(own, now, value.data ?? null);
    });
  };
};
