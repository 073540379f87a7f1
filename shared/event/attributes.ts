// The context attributes of a CloudEvent, by CloudEvents 1.0.2 (sections 2 to 3.1) and its JSON format 1.0.2.
import type { RejectRule } from '../faults.ts';
import type { Json, JsonObject } from './cloud-event.ts';
import { pointer } from './path.ts';

export type Refusal = {
  readonly rule: RejectRule;
  /** JSON pointer from the root of the event. */
  readonly field?: string;
  readonly value?: Json | undefined;
  readonly cause: string;
};

const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
/** What makes a text no URI reference: a character outside RFC 3986, `%` without two hex digits, a second `#`. */
export const NO_URI_REFERENCE = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})|#[^#]*#/;
export const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:./;
export const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;.*)?$/;
const JSON_MEDIA_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;

/** Without a `datacontenttype` data is JSON. */
export const isJsonType = (mediaType: Json | undefined): boolean =>
  typeof mediaType !== 'string' || JSON_MEDIA_TYPE.test(mediaType);

/** Whether CloudEvents allows the text as an attribute. */
export const isText = (value: string): boolean => {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return !FORBIDDEN.test(value);
  }
  return true;
};

const isName = (name: string): boolean => {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (!((c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39))) return false;
  }
  return name !== '';
};

/** What is wrong with one attribute that is set; undefined when nothing is. */
const faultOf = (name: string, value: Json): string | undefined => {
  if (typeof value === 'string') {
    if (!isText(value)) return 'a text without control characters and unpaired surrogates';
    switch (name) {
      case 'source':
        return value !== '' && !NO_URI_REFERENCE.test(value) ? undefined : 'a non-empty URI reference (RFC 3986)';
      case 'dataschema':
        return !NO_URI_REFERENCE.test(value) && ABSOLUTE_URI.test(value) ? undefined : 'an absolute URI (RFC 3986)';
      case 'datacontenttype':
        return MEDIA_TYPE.test(value) ? undefined : 'a media type (RFC 2046)';
      case 'type':
      case 'subject':
      case 'partitionkey':
        return value === '' ? 'a non-empty text' : undefined;
      default:
        return undefined;
    }
  }
  switch (name) {
    case 'id':
    case 'source':
    case 'type':
    case 'time':
    case 'subject':
    case 'dataschema':
    case 'datacontenttype':
    case 'partitionkey':
    case 'traceparent':
      return 'a text';
    default:
      if (typeof value === 'boolean') return undefined;
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
        ? undefined
        : 'a text, a boolean or an integer of 32 bits';
  }
};

const isUnset = (value: Json | undefined): boolean => value === undefined || value === null;

/**
 * The first rule that a structured event breaks, but for the form of `time`, which is read only once, by toEvent. null stands for an attribute that is not set, as the JSON format says.
 * @param event an object that has `specversion`
 */
export const refuseAttributes = (event: JsonObject): Refusal | undefined => {
  if (event.specversion !== '1.0')
    return {
      rule: 'event.bad-attribute',
      field: '/specversion',
      value: event.specversion,
      cause: 'specversion must be "1.0"',
    };
  for (const name of Object.keys(event)) {
    if (name === 'data' || name === 'specversion') continue;
    const value = event[name] as Json;
    if (value === null) continue;
    if (name === 'data_base64') {
      if (typeof value === 'string') continue;
      return { rule: 'event.bad-attribute', field: '/data_base64', value, cause: 'data_base64 must be a text' };
    }
    const fault = isName(name) ? faultOf(name, value) : 'named with the letters a-z and digits 0-9 only';
    if (fault !== undefined)
      return { rule: 'event.bad-attribute', field: pointer(name), value, cause: `attribute ${name} must be ${fault}` };
  }
  if (isUnset(event.id) || event.id === '')
    return { rule: 'event.no-id', field: '/id', value: event.id, cause: 'a CloudEvent must have a non-empty id' };
  for (const name of ['source', 'type'])
    if (isUnset(event[name]))
      return {
        rule: 'event.bad-attribute',
        field: pointer(name),
        cause: `a CloudEvent must have the attribute ${name}`,
      };
  if (!isUnset(event.data) && !isUnset(event.data_base64))
    return { rule: 'event.bad-attribute', field: '/data_base64', cause: 'an event has data or data_base64, not both' };
  return undefined;
};
