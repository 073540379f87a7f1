// S3 by our own client. Every body is signed and carries its CRC-32; what comes back whole is held against the sum that S3 keeps.
import { crc32 } from 'node:zlib';
import type { Calls, S3Api } from '../calls.ts';
import type { WireAnswer } from './exchange.ts';
import { type Asking, type Door, openDoor, type SignedOptions } from './service.ts';
import { headerOf, ServiceError, unreadable } from './service-error.ts';
import { encode } from './sign.ts';
import { childrenOf, type Element, escaped, readXml, textOf } from './xml.ts';

const NONE = Buffer.alloc(0);
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** Big-endian in base64, as S3 writes it. */
const sumOf = (bytes: Buffer): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
};

/** Answers without a body name their error by status alone. */
const NAMES: Readonly<Record<number, string>> = { 304: 'NotModified', 404: 'NotFound', 412: 'PreconditionFailed' };

const refusal = (answer: WireAnswer, region: string): ServiceError => {
  const root = readXml(answer.body.toString());
  const there = headerOf(answer, 'x-amz-bucket-region');
  if (answer.status === 301 || answer.status === 307)
    return new ServiceError(
      textOf(root, 'Code') || 'PermanentRedirect',
      `the bucket is ${there ? `in ${there}` : 'elsewhere'}, this client is in ${region}: bucket and functions must share a region`,
      answer,
    );
  const code = root?.name === 'Error' ? textOf(root, 'Code') : '';
  if (code !== '') return new ServiceError(code, textOf(root, 'Message'), answer);
  const name = answer.body.length === 0 ? NAMES[answer.status] : undefined;
  return name === undefined ? unreadable(answer) : new ServiceError(name, `status ${answer.status}`, answer);
};

/** The XML of an answer that went well. */
const rootOf = (answer: WireAnswer, name: string): Element => {
  const root = readXml(answer.body.toString());
  if (root?.name !== name) throw unreadable(answer);
  return root;
};

const wholeBody = (answer: WireAnswer): Uint8Array => {
  const sum = headerOf(answer, 'x-amz-checksum-crc32');
  if (answer.status === 200 && sum !== undefined && !sum.includes('-') && sum !== sumOf(answer.body))
    throw new ServiceError('UnreadableAnswer', `its checksum is not x-amz-checksum-crc32 ${sum}`, answer);
  return answer.body;
};

type Request = {
  readonly method: string;
  readonly key?: string;
  readonly query?: Asking['query'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

/** A bucket is in the host's name, or in the path: where the endpoint is named, and where dots would break the certificate's `*`. */
const addressed = (
  door: Door,
  bucket: string,
  { key = '', query = [], headers = {}, body = NONE, method }: Request,
) => {
  const inPath = door.custom || bucket.includes('.');
  const path = `/${key.split('/').map(encode).join('/')}`;
  const asking: Asking = { method, path: inPath ? `/${bucket}${path}` : path, query, headers, body };
  return inPath ? asking : { ...asking, url: new URL(`${door.url.protocol}//${bucket}.${door.url.host}`) };
};

type Carry = { readonly [K in keyof S3Api]: (input: S3Api[K]['in']) => Promise<S3Api[K]['out']> };

export const s3Calls = (options?: SignedOptions): Calls<S3Api> => {
  const door = openDoor({ service: 'S3', prefix: 's3' }, options);
  const ask = <T>(bucket: string, request: Request, read: (answer: WireAnswer) => T): Promise<T> =>
    door.ask(addressed(door, bucket, request), (answer) => {
      if (answer.status >= 300) throw refusal(answer, door.region);
      return read(answer);
    });
  const carry: Carry = {
    GetObject: ({ Bucket, Key, Range }) => {
      const headers = Range === undefined ? { 'x-amz-checksum-mode': 'ENABLED' } : { range: Range };
      return ask(Bucket, { method: 'GET', key: Key, headers }, (answer) => ({ Body: wholeBody(answer) }));
    },
    PutObject: ({ Bucket, Key, Body, ContentType, IfNoneMatch }) => {
      const body = bufferOf(Body);
      const headers = {
        'content-type': ContentType ?? 'application/octet-stream',
        'x-amz-checksum-crc32': sumOf(body),
        ...(IfNoneMatch && { 'if-none-match': IfNoneMatch }),
      };
      return ask(Bucket, { method: 'PUT', key: Key, headers, body }, () => ({}));
    },
    ListObjectsV2: ({ Bucket, Prefix, MaxKeys, StartAfter, ContinuationToken }) => {
      const query: [string, string][] = [
        ['list-type', '2'],
        ['prefix', Prefix],
        ['max-keys', String(MaxKeys)],
      ];
      if (StartAfter !== undefined) query.push(['start-after', StartAfter]);
      if (ContinuationToken !== undefined) query.push(['continuation-token', ContinuationToken]);
      return ask(Bucket, { method: 'GET', query }, (answer) => {
        const root = rootOf(answer, 'ListBucketResult');
        const next = textOf(root, 'NextContinuationToken');
        return {
          Contents: childrenOf(root, 'Contents').map((c) => ({
            Key: textOf(c, 'Key'),
            Size: Number(textOf(c, 'Size')),
          })),
          ...(next !== '' && { NextContinuationToken: next }),
        };
      });
    },
    DeleteObjects: ({ Bucket, Keys }) => {
      const objects = Keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`).join('');
      const body = Buffer.from(
        `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects}<Quiet>true</Quiet></Delete>`,
      );
      const headers = { 'content-type': 'application/xml', 'x-amz-checksum-crc32': sumOf(body) };
      return ask(Bucket, { method: 'POST', query: [['delete', '']], headers, body }, (answer) => ({
        Errors: childrenOf(rootOf(answer, 'DeleteResult'), 'Error').map((e) => ({
          Key: textOf(e, 'Key'),
          Code: textOf(e, 'Code'),
          Message: textOf(e, 'Message'),
        })),
      }));
    },
  };
  return (operation, input) => carry[operation](input as never) as never;
};
