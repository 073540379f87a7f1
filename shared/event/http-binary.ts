// CloudEvents 1.0 over HTTP, binary mode: attributes in `ce-` headers, data in the body (HTTP binding, section 3.1).
import type { RejectRule } from '../faults.ts';
import { parseJson } from './json.ts';

export type BinaryEvent =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly rule: RejectRule; readonly field?: string; readonly cause: string };

const PREFIX = 'ce-';
/** CloudEvents 1.0, section 3.1: lower-case letters and digits; `data` is no attribute. */
const NAME = /^[a-z0-9]+$/;

/** Undoes quoting (which receivers must still take) and percent-encoding; null when the octets are not UTF-8. */
const decoded = (value: string): string | null => {
  const quoted = /^"(.*)"$/s.exec(value);
  const text = quoted === null ? value : (quoted[1] as string).replace(/\\(.)/gs, '$1');
  try {
    // A % that begins no escape stands for itself.
    return decodeURIComponent(text.replace(/%(?![0-9a-fA-F]{2})/g, '%25'));
  } catch {
    return null;
  }
};

const isJson = (mediaType: string): boolean => mediaType === 'application/json' || mediaType.endsWith('+json');

const member = (body: Uint8Array, mediaType: string): BinaryEvent => {
  if (body.length === 0) return { ok: true, bytes: body };
  if (mediaType === '' || isJson(mediaType)) {
    const parsed = parseJson(body);
    if (!parsed.ok) return { ok: false, rule: parsed.rule, cause: parsed.cause };
    const start = body[0] === 0xef ? 3 : 0; // a byte order mark may not stand inside a JSON text
    return { ok: true, bytes: Buffer.concat([Buffer.from(',"data":'), body.subarray(start)]) };
  }
  if (mediaType.startsWith('text/')) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
      return { ok: true, bytes: Buffer.from(`,"data":${JSON.stringify(text)}`) };
    } catch {
      return { ok: false, rule: 'body.not-utf8', cause: 'the body is not UTF-8' };
    }
  }
  return { ok: true, bytes: Buffer.from(`,"data_base64":"${Buffer.from(body).toString('base64')}"`) };
};

/**
 * The structured form of a binary-mode request. JSON data keeps its text as it came. Whether the required attributes are
 * there is not checked here.
 * @param mediaType content-type without parameters, lower case; empty when there was none (the body is then JSON)
 */
export const structuredOf = (headers: Headers, mediaType: string, body: Uint8Array): BinaryEvent => {
  const attributes: Record<string, string> = {};
  for (const [header, value] of headers) {
    if (!header.startsWith(PREFIX)) continue;
    const name = header.slice(PREFIX.length);
    const text = decoded(value);
    if (!NAME.test(name) || name === 'data')
      return { ok: false, rule: 'event.bad-attribute', cause: `${header} does not name a context attribute` };
    if (text === null)
      return { ok: false, rule: 'event.bad-attribute', field: `/${name}`, cause: `${header} is not UTF-8` };
    attributes[name] = text;
  }
  if (mediaType !== '') attributes.datacontenttype = headers.get('content-type') ?? mediaType;
  const data = member(body, mediaType);
  if (!data.ok) return data;
  const head = JSON.stringify(attributes).slice(0, -1);
  return { ok: true, bytes: Buffer.concat([Buffer.from(head), data.bytes, Buffer.from('}')]) };
};

/** Whether a request means to be a CloudEvent in binary mode. */
export const isBinaryMode = (headers: Headers): boolean => headers.has('ce-specversion') || headers.has('ce-id');
