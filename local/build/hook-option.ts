// What a source of the adapter `webhook` says in sources.yml: how its requests are signed and what is read from them.
import { isMap, isScalar, type Node } from 'yaml';
import { type Hook, type Place, SIGNATURES, type Source } from '../../shared/pipeline.ts';
import { wouldWork } from './did-you-mean.ts';

type Say = (node: unknown, message: string) => void;
type Given = ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>;
export const HOOK_FIELDS = ['signature', 'secret', 'id', 'type', 'time', 'events'] as const;

const text = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value !== 'object' ? String(node.value) : undefined;

/** What GitHub and Stripe say, and where. */
const KNOWN = {
  github: { id: { header: 'x-github-delivery' }, type: { header: 'x-github-event' }, time: null },
  stripe: { id: { field: ['id'] }, type: { field: ['type'] }, time: { field: ['created'] } },
} as const satisfies Record<string, Pick<Hook, 'id' | 'type' | 'time'>>;

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/; // RFC 9110, section 5.6.2

const placeOf = (field: string, node: unknown, say: Say): Place | null => {
  const [, from, name = ''] = /^(header|field) +(\S+)$/.exec(text(node) ?? '') ?? [];
  if (from === 'header' && TOKEN.test(name)) return { header: name.toLowerCase() };
  if (from === 'field') return { field: name.split('.') };
  say(
    node,
    `${field} says where it stands: \`header X-Name\`, or \`field name\` of the body, a.b for one inside another`,
  );
  return null;
};

type Signature = Pick<Hook, 'scheme' | 'header' | 'encoding' | 'prefix'>;
const PARTS = ['scheme', 'header', 'encoding', 'prefix'];

const signatureOf = (node: unknown, say: Say): Signature | undefined => {
  const said = text(isMap(node) ? node.get('scheme', true) : node) ?? '';
  const scheme = SIGNATURES.find((s) => s === said);
  const none = { header: '', encoding: 'hex', prefix: '' } as const;
  if (scheme === undefined) {
    say(node, `signature is ${JSON.stringify(said)}; ${wouldWork(said, SIGNATURES, 'it may be')}`);
    return undefined;
  }
  if (scheme !== 'hmac') {
    if (isMap(node) && node.items.length > 1) say(node, `signature: ${scheme} needs nothing else; write it as a word`);
    return { scheme, ...none };
  }
  const example = 'signature: {scheme: hmac, header: X-Signature, encoding: hex, prefix: "sha256="}';
  if (!isMap(node)) {
    say(node, `an hmac signature names its header; write ${example}`);
    return undefined;
  }
  for (const { key } of node.items)
    if (!PARTS.includes(text(key) ?? ''))
      say(key, `unknown field "${text(key)}" of signature; ${wouldWork(text(key) ?? '', PARTS, 'fields')}`);
  const header = text(node.get('header', true)) ?? '';
  if (!TOKEN.test(header)) say(node, `an hmac signature names its header; write ${example}`);
  const written = text(node.get('encoding', true)) ?? 'hex';
  const encoding = (['hex', 'base64'] as const).find((e) => e === written);
  if (encoding === undefined) say(node.get('encoding', true), `encoding is "${written}"; it may be: hex, base64`);
  return {
    scheme,
    header: header.toLowerCase(),
    encoding: encoding ?? 'hex',
    prefix: text(node.get('prefix', true)) ?? '',
  };
};

const eventsOf = (node: unknown, types: readonly string[], say: Say): Hook['events'] => {
  if (!isMap(node) || node.items.length === 0) {
    say(node, 'events maps names of the third party to event types: {push: push.v1, ping: off, "*": other.v1}');
    return null;
  }
  const pairs = node.items.map(({ key, value }): [string, string | null] => {
    const type = text(value) ?? '';
    if (type === 'off' || type === 'false') return [text(key) ?? '', null];
    if (!types.includes(type))
      say(
        value,
        `unknown event type ${JSON.stringify(text(value) ?? null)}; ${wouldWork(type, types, 'schemas/ has')}; off leaves the event out`,
      );
    return [text(key) ?? '', type];
  });
  return Object.fromEntries(pairs);
};

/** @param types event types that have a schema */
export const hookOption = (
  source: Pick<Source, 'name' | 'types'>,
  given: Given,
  types: readonly string[],
  say: Say,
  at: Node | undefined,
): Hook | undefined => {
  const { name } = source;
  const signature = given.has('signature') ? signatureOf(given.get('signature')?.value, say) : undefined;
  if (!given.has('signature'))
    say(at, `source "${name}" needs signature: ${SIGNATURES.join(', ')}; a webhook is taken by its signature alone`);
  const secret = text(given.get('secret')?.value) ?? '';
  if (secret === '') say(at, `source "${name}" needs secret: the name or ARN of a secret of Secrets Manager`);
  if (signature === undefined) return undefined;
  const { scheme } = signature;
  const place = (field: 'id' | 'type' | 'time'): Place | null => {
    const found = given.get(field);
    if (scheme === 'hmac') return found === undefined ? null : placeOf(field, found.value, say);
    if (found !== undefined) say(found.key, `${field} is for signature hmac; ${scheme} says where it stands itself`);
    return KNOWN[scheme][field];
  };
  const hook = { ...signature, secret, id: place('id'), type: place('type'), time: place('time') };
  const events = given.has('events') ? eventsOf(given.get('events')?.value, types, say) : null;
  if (hook.type === null && events !== null)
    say(given.get('events')?.key, 'events needs type: where the name of an event stands');
  if (hook.type === null && source.types.length !== 1)
    say(at, `source "${name}" needs types with one event type, or type and events: nothing else tells it`);
  if (hook.type !== null && !given.has('events') && source.types.length === 0)
    say(at, `source "${name}" needs events: which event type each event of the third party is`);
  return { ...hook, events };
};
