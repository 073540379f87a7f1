// S3 by the AWS SDK.
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Calls, S3Api } from '../calls.ts';
import { settingsOf } from '../client.ts';
import { type ClientOptions, endpointOf } from '../connection.ts';

export const newS3Client = (options: ClientOptions = {}): S3Client =>
  new S3Client({ ...settingsOf('S3', options), forcePathStyle: endpointOf('S3', options.env) !== undefined });

type Inputs = { readonly [K in keyof S3Api]: S3Api[K]['in'] };
type Carry = { readonly [K in keyof S3Api]: (input: Inputs[K]) => Promise<S3Api[K]['out']> };

export const s3CallsBy = (client: S3Client): Calls<S3Api> => {
  const carry: Carry = {
    async GetObject(input) {
      const { Body } = await client.send(new GetObjectCommand(input));
      return { Body: Body ? await Body.transformToByteArray() : new Uint8Array() };
    },
    PutObject: (input) => client.send(new PutObjectCommand(input)),
    async ListObjectsV2(input) {
      const { Contents = [], NextContinuationToken: next } = await client.send(new ListObjectsV2Command(input));
      return {
        Contents: Contents.map((o) => ({ Key: o.Key ?? '', Size: o.Size ?? 0 })),
        ...(next !== undefined && { NextContinuationToken: next }),
      };
    },
    async DeleteObjects({ Bucket, Keys }) {
      const Delete = { Objects: Keys.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
      return {
        Errors: Errors.map((e) => ({ Key: e.Key ?? '', Code: e.Code ?? '', Message: e.Message ?? '' })),
      };
    },
  };
  return (operation, input) => carry[operation](input as never) as never;
};

export const s3Calls = (options?: ClientOptions): Calls<S3Api> => s3CallsBy(newS3Client(options));
