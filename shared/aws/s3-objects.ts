// The port Objects on S3.
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Fault } from '../faults.ts';
import type { Usage } from '../metrics/usage.ts';
import type { Objects } from '../ports.ts';
import { backOff } from './back-off.ts';
import { clientSettings, endpointOf } from './client.ts';
import { metered } from './metered.ts';
import { faulting, httpStatus, isNamed } from './sdk-errors.ts';

const CODES = { throttled: 'objects.unavailable', unavailable: 'objects.unavailable' } as const;
const MAX_PAGE = 1_000;
/** S3 answers 409 when another conditional write of the same key is under way; its outcome decides ours. */
const MAX_CONFLICTS = 5;

export type S3ObjectsOptions = {
  readonly bucket: string;
  readonly client?: S3Client;
  /** Counts the calls of the client that is made here. */
  readonly usage?: Usage;
};

export const newS3Client = (): S3Client =>
  new S3Client({ ...clientSettings('S3'), forcePathStyle: endpointOf('S3') !== undefined });

export const s3Objects = ({ bucket, usage, client = metered(newS3Client(), usage) }: S3ObjectsOptions): Objects => {
  const call = <T>(operation: string, key: string, send: () => Promise<T>): Promise<T> =>
    faulting(`${operation} ${bucket}/${key}`, CODES, send);

  const read = (Key: string, range?: { readonly Range: string }): Promise<Uint8Array | undefined> =>
    call('GetObject', Key, async () => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...range }));
        return Body ? await Body.transformToByteArray() : new Uint8Array();
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) return undefined;
        if (httpStatus(error) === 416) return new Uint8Array(); // the range begins behind the object's end
        throw error;
      }
    });

  const write = (key: string, bytes: Uint8Array, contentType: string | undefined, onlyIfAbsent: boolean) =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ...(contentType && { ContentType: contentType }),
        ...(onlyIfAbsent && { IfNoneMatch: '*' }),
      }),
    );

  return {
    name: bucket,
    put: (key, bytes, { contentType } = {}) =>
      call('PutObject', key, async () => {
        await write(key, bytes, contentType, false);
      }),
    putIfAbsent: (key, bytes, { contentType } = {}) =>
      call('PutObject', key, async () => {
        for (let attempt = 0; ; attempt += 1) {
          try {
            await write(key, bytes, contentType, true);
            return true;
          } catch (error) {
            if (httpStatus(error) === 412) return false;
            if (httpStatus(error) !== 409 || attempt === MAX_CONFLICTS) throw error;
            await backOff(attempt);
          }
        }
      }),
    get: (key) => read(key),
    async getRange(key, start, end) {
      return end <= start ? new Uint8Array() : read(key, { Range: `bytes=${start}-${end - 1}` });
    },
    list: (prefix, { after, limit = Number.POSITIVE_INFINITY } = {}) =>
      call('ListObjectsV2', prefix, async () => {
        const found: { readonly key: string; readonly size: number }[] = [];
        let token: string | undefined;
        while (found.length < limit) {
          const page = await client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              MaxKeys: Math.min(MAX_PAGE, limit - found.length),
              ...(after !== undefined && { StartAfter: after }),
              ...(token && { ContinuationToken: token }),
            }),
          );
          found.push(...(page.Contents ?? []).map((o) => ({ key: o.Key ?? '', size: o.Size ?? 0 })));
          token = page.NextContinuationToken;
          if (!token) break;
        }
        return found;
      }),
    async delete(keys) {
      for (let i = 0; i < keys.length; i += MAX_PAGE) {
        const Objects = keys.slice(i, i + MAX_PAGE).map((Key) => ({ Key }));
        await call('DeleteObjects', `${Objects.length} keys`, async () => {
          const { Errors } = await client.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
          );
          const first = Errors?.[0];
          if (first)
            throw new Fault(
              'objects.unavailable',
              `DeleteObjects ${bucket}/${first.Key}: ${first.Code}: ${first.Message}`,
            );
        });
      }
    },
  };
};
