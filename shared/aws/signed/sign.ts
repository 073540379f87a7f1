// Signature Version 4, with the key of a day kept. Only what our calls need: a request whose body is known, signed in its headers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { hash } from 'node:crypto';
import type { EpochMs } from '../../time.ts';
import type { Credentials } from '../connection.ts';

export type ToSign = {
  readonly method: string;
  /** As it is sent: encoded once, without the query. */
  readonly path: string;
  /** Names and values, not encoded. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Lower-case names, `host` among them. All but `user-agent` are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SHA256_BLOCK = 64; // bytes

/** HMAC-SHA256 (RFC 2104) of any number of texts under one key. A sum of a few bytes costs less than the key object of createHmac. */
const hmacOf = (key: Buffer): ((text: string) => Buffer) => {
  const block = Buffer.alloc(SHA256_BLOCK);
  (key.length > SHA256_BLOCK ? hash('sha256', key, 'buffer') : key).copy(block);
  const [inner, outer] = [0x36, 0x5c].map((pad) => block.map((byte) => byte ^ pad)) as [Buffer, Buffer];
  return (text) => {
    const sum = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
    return hash('sha256', Buffer.concat([outer, sum]), 'buffer');
  };
};
type Mac = ReturnType<typeof hmacOf>;

/** RFC 3986: all but A-Z a-z 0-9 - _ . ~ */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export const queryText = (query: NonNullable<ToSign['query']> = []): string =>
  query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : Number(x > y)) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Of all services but S3: `.`, `..` and empty parts are resolved, and each part is encoded a second time. */
const canonicalPath = (path: string): string => {
  if (path === '/') return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(encode(part));
  }
  const end = parts.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${parts.join('/')}${end}`;
};

export type Signer = (request: ToSign, credentials: Credentials, at: EpochMs) => Record<string, string>;

/** @returns a function that gives the request's headers with date, token and signature added */
export const signer = (service: string, region: string): Signer => {
  let day: { readonly of: string; readonly mac: Mac } = { of: '', mac: hmacOf(Buffer.alloc(0)) };
  const macOf = (secret: string, date: string): Mac => {
    const of = `${date} ${secret}`;
    if (day.of !== of)
      day = {
        of,
        mac: [date, region, service, 'aws4_request'].reduce(
          (mac, text) => hmacOf(mac(text)),
          hmacOf(Buffer.from(`AWS4${secret}`)),
        ),
      };
    return day.mac;
  };
  return ({ method, path, query, headers, body }, { accessKeyId, secretAccessKey, sessionToken }, at) => {
    const time = new Date(at).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const date = time.slice(0, 8);
    const bodyHash = hash('sha256', body);
    const all: Record<string, string> = {
      ...headers,
      'x-amz-date': time,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
      ...(service === 's3' && { 'x-amz-content-sha256': bodyHash }),
    };
    const names = Object.keys(all)
      .filter((name) => name !== 'user-agent')
      .toSorted();
    const signed = names.join(';');
    const canonical = [
      method,
      service === 's3' ? path : canonicalPath(path),
      queryText(query),
      ...names.map((name) => `${name}:${all[name]?.trim().replace(/\s+/g, ' ')}`),
      '',
      signed,
      bodyHash,
    ].join('\n');
    const scope = `${date}/${region}/${service}/aws4_request`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = macOf(secretAccessKey, date)(text).toString('hex');
    all.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
  };
};
