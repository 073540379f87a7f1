// A signed request of a third party -> the event in it. Its body is the data, as it was sent.
import { hash } from 'node:crypto';
import type { Json } from '../../event/cloud-event.ts';
import { FIRST_INSTANT, LAST_INSTANT, showInstant } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import { isObject, valueAt } from '../../event/path.ts';
import type { ReceivedEvent, Refused } from '../../event/received.ts';
import type { CompiledPipeline, Hook, Place, Source } from '../../pipeline.ts';

/** `none`: an event that sources.yml leaves out. */
export type HookEvent = ReceivedEvent | Refused | { readonly kind: 'none' };

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const CLOSING = Buffer.from('}');

const saidAt = (place: Place, headers: Headers, body: Json): Json | undefined =>
  'header' in place ? (headers.get(place.header) ?? undefined) : valueAt(body, place.field);

const textAt = (place: Place, headers: Headers, body: Json): string | undefined => {
  const said = saidAt(place, headers, body);
  return typeof said === 'string' || typeof said === 'number' || typeof said === 'bigint' ? String(said) : undefined;
};

const nameOf = (place: Place): string =>
  'header' in place ? `the header ${place.header}` : `the field ${place.field.join('.')}`;

/** Numbers are seconds, or milliseconds from 1e11 on (1973 in ms, year 5138 in s). What is no instant stays, so that validate refuses it. */
const timeOf = (said: Json): string => {
  if (typeof said !== 'number') return typeof said === 'string' ? said : JSON.stringify(String(said));
  const ms = Math.trunc(Math.abs(said) < 1e11 ? said * 1_000 : said);
  return ms >= FIRST_INSTANT && ms <= LAST_INSTANT ? showInstant(ms) : String(said);
};

const refused = (cause: string, rule: Refused['rule'] = 'event.not-an-event'): Refused => ({
  kind: 'reject',
  rule,
  cause,
});

/**
 * Only of a body whose signature is right. An event whose name stands nowhere in sources.yml keeps that name as its type: validate
 * refuses it, and it can be sent again once it has a schema.
 * @param body unpacked
 */
export const hookEvent = (
  source: Source & { readonly hook: Hook },
  headers: Headers,
  body: Uint8Array,
  types: CompiledPipeline['types'],
): HookEvent => {
  const { hook } = source;
  const text = BOM.equals(body.subarray(0, BOM.length)) ? body.subarray(BOM.length) : body;
  const parsed = parseJson(text);
  if (!parsed.ok) return refused(parsed.cause, parsed.rule);
  const data = parsed.value;
  if (!isObject(data)) return refused('the body of a webhook is a JSON object');

  const called = hook.type === null ? undefined : textAt(hook.type, headers, data);
  if (hook.type !== null && (called === undefined || called === ''))
    return refused(`${nameOf(hook.type)} names the event; it is not there`);
  const { events } = hook;
  const mapped =
    called === undefined
      ? source.types[0]
      : events === null
        ? called
        : Object.hasOwn(events, called)
          ? events[called]
          : Object.hasOwn(events, '*')
            ? events['*']
            : called;
  if (mapped === null) return { kind: 'none' };
  const type = mapped ?? '';

  const id = hook.id === null ? hash('sha256', text) : textAt(hook.id, headers, data);
  if (id === undefined || id === '')
    return refused(`${nameOf(hook.id as Place)} is the delivery's id; it is not there`, 'event.no-id');
  const time = hook.time === null ? undefined : saidAt(hook.time, headers, data);
  const head = JSON.stringify({
    specversion: '1.0',
    id,
    source: `/webhooks/${source.name}`,
    type,
    ...(time === undefined || time === null ? {} : { time: timeOf(time) }),
  });
  const bytes = Buffer.concat([Buffer.from(`${head.slice(0, -1)},"data":`), text, CLOSING]);
  const keyed = Object.hasOwn(types, type) ? types[type]?.key : null;
  const key = keyed ? textAt({ field: keyed }, headers, data) : undefined;
  return { kind: 'event', id, type, key: key || id, bytes };
};
