// The port Objects on S3.
import { s3Calls } from '#aws/s3';
import { Fault } from '../faults.ts';
import type { Usage } from '../metrics/usage.ts';
import type { Objects } from '../ports.ts';
import { backOff } from './back-off.ts';
import { type Calls, counted, type S3Api } from './calls.ts';
import { faulting, httpStatus, isNamed } from './sdk-errors.ts';

const CODES = { throttled: 'objects.unavailable', unavailable: 'objects.unavailable' } as const;
const MAX_PAGE = 1_000;
/** S3 answers 409 when another conditional write of the same key is under way; its outcome decides ours. */
const MAX_CONFLICTS = 5;

export type S3ObjectsOptions = {
  readonly bucket: string;
  readonly calls?: Calls<S3Api>;
  /** Counts the calls of the calls that are made here. */
  readonly usage?: Usage;
};

export const s3Objects = ({ bucket, usage, calls = counted(s3Calls(), usage) }: S3ObjectsOptions): Objects => {
  const call = <T>(operation: string, key: string, send: () => Promise<T>): Promise<T> =>
    faulting(`${operation} ${bucket}/${key}`, CODES, send);

  const read = (Key: string, range?: { readonly Range: string }): Promise<Uint8Array | undefined> =>
    call('GetObject', Key, async () => {
      try {
        return (await calls('GetObject', { Bucket: bucket, Key, ...range })).Body;
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) return undefined;
        if (httpStatus(error) === 416) return new Uint8Array(); // the range begins behind the object's end
        throw error;
      }
    });

  const write = (key: string, bytes: Uint8Array, contentType: string | undefined, onlyIfAbsent: boolean) =>
    calls('PutObject', {
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ...(contentType && { ContentType: contentType }),
      ...(onlyIfAbsent && { IfNoneMatch: '*' }),
    });

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
          const page: S3Api['ListObjectsV2']['out'] = await calls('ListObjectsV2', {
            Bucket: bucket,
            Prefix: prefix,
            MaxKeys: Math.min(MAX_PAGE, limit - found.length),
            ...(after !== undefined && { StartAfter: after }),
            ...(token && { ContinuationToken: token }),
          });
          found.push(...page.Contents.map((o) => ({ key: o.Key, size: o.Size })));
          token = page.NextContinuationToken;
          if (!token) break;
        }
        return found;
      }),
    async delete(keys) {
      for (let i = 0; i < keys.length; i += MAX_PAGE) {
        const Keys = keys.slice(i, i + MAX_PAGE);
        await call('DeleteObjects', `${Keys.length} keys`, async () => {
          const { Errors } = await calls('DeleteObjects', { Bucket: bucket, Keys });
          const first = Errors[0];
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
