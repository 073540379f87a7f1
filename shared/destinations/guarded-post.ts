// POST to an address that a user named: over TLS, never to a private network, no redirects, a bounded answer.
import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { type Ms, seconds } from '../time.ts';

/** IANA special-purpose registries (RFC 6890, 8190): this host, private, shared, link-local, benchmarks, multicast, reserved. */
const IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
/** The same for IPv6, with those that carry an IPv4 address inside: mapped, NAT64, 6to4, Teredo. */
const IPV6 = [
  ['::', 128],
  ['::1', 128],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const;

// One list for each family: a list of both compares IPv4 addresses with the mapped range too, and so blocks them all.
const blocked = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, bits] of IPV4) blocked.ipv4.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of IPV6) blocked.ipv6.addSubnet(net, bits, 'ipv6');

/** Whether an address belongs to no network that the whole world reaches. */
export const isPrivate = (address: string): boolean => {
  const family = isIP(address);
  if (family === 0) return true;
  return family === 4 ? blocked.ipv4.check(address, 'ipv4') : blocked.ipv6.check(address, 'ipv6');
};

/** Refuses a name by the address that the connection would use, so that a name which answers differently each time gains nothing. */
const guardedLookup: LookupFunction = (host, options, done) =>
  systemLookup(host, { ...options, all: true }, (error, addresses) => {
    const bad = addresses?.find((a) => isPrivate(a.address));
    const [first] = addresses ?? [];
    if (error || bad || first === undefined)
      done(error ?? new Error(`${host} is ${bad?.address ?? 'nowhere'}, an address of a private network`), '', 4);
    else if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  });

export type PostAnswer = { readonly status: number; readonly retryAfter: Ms | null; readonly body: string };
export type Post = (url: URL, headers: Readonly<Record<string, string>>, body: string) => Promise<PostAnswer>;

const TIMEOUT = seconds(10);
/** Of the answer only its beginning is kept, for messages. */
const ANSWER_CHARS = 300;
const SOCKETS_PER_HOST = 16;

/** Retry-After: seconds or a date (RFC 9110, section 10.2.3). */
const retryAfterOf = (value: string | undefined, now: number): Ms | null => {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return seconds(Number(value));
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

/**
 * @param open  lets http:// and private addresses pass: on this machine, or inside one's own network
 * @param agent the user agent
 */
export const guardedPost = ({
  open = false,
  agent = 'Millrace',
}: {
  readonly open?: boolean;
  readonly agent?: string;
} = {}): Post => {
  const agents = {
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST }),
    'http:': new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_PER_HOST }),
  };
  return (url, headers, body) =>
    new Promise((done, fail) => {
      if (url.protocol !== 'https:' && !(open && url.protocol === 'http:'))
        throw new Error(`${url.origin} is not https`);
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (!open && isIP(literal) !== 0 && isPrivate(literal))
        throw new Error(`${literal} is an address of a private network`);
      const secure = url.protocol === 'https:';
      const req = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          headers: { 'user-agent': agent, ...headers, 'content-length': String(Buffer.byteLength(body)) },
          agent: agents[secure ? 'https:' : 'http:'],
          timeout: TIMEOUT,
          ...(!open && { lookup: guardedLookup }),
        },
        (res) => {
          let text = '';
          res.setEncoding('utf8');
          res.on('data', (chunk: string) => {
            if (text.length < ANSWER_CHARS) text += chunk;
          });
          res.on('end', () =>
            done({
              status: res.statusCode ?? 0,
              retryAfter: retryAfterOf(res.headers['retry-after'], Date.now()),
              body: text.slice(0, ANSWER_CHARS),
            }),
          );
          res.on('error', fail);
        },
      );
      req.on('timeout', () => req.destroy(new Error(`no answer in ${TIMEOUT / 1000} s`)));
      req.on('error', fail);
      req.end(body);
    });
};
