// What a request to S3 asks for: S3 has no operation names on the wire.
import type { ObjectCall } from './hooks.ts';
import type { Request } from './serve.ts';

const put = (key: string, query: URLSearchParams, request: Request): string => {
  if (key === '') return query.has('lifecycle') ? 'PutBucketLifecycleConfiguration' : 'CreateBucket';
  if (query.has('partNumber')) return 'UploadPart';
  return 'x-amz-copy-source' in request.headers ? 'CopyObject' : 'PutObject';
};
const get = (bucket: string, key: string, query: URLSearchParams): string => {
  if (bucket === '') return 'ListBuckets';
  if (key !== '') return query.has('attributes') ? 'GetObjectAttributes' : 'GetObject';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
};
const post = (query: URLSearchParams): string => {
  if (query.has('delete')) return 'DeleteObjects';
  if (query.has('uploads')) return 'CreateMultipartUpload';
  return query.has('uploadId') ? 'CompleteMultipartUpload' : 'PostObject';
};
const remove = (key: string, query: URLSearchParams): string => {
  if (key === '') return 'DeleteBucket';
  return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
};

const operationOf = (bucket: string, key: string, query: URLSearchParams, request: Request): string => {
  switch (request.method) {
    case 'PUT':
      return put(key, query, request);
    case 'GET':
      return get(bucket, key, query);
    case 'HEAD':
      return key === '' ? 'HeadBucket' : 'HeadObject';
    case 'POST':
      return post(query);
    case 'DELETE':
      return remove(key, query);
    default:
      return request.method;
  }
};

/** Path-style addresses only: `/bucket/key`. */
export const readObjectCall = (request: Request): { readonly operation: string; readonly body: ObjectCall } => {
  const url = new URL(request.url, 'http://local');
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
  const key = decodeURIComponent(rest.join('/'));
  const bytes = Number(request.headers['x-amz-decoded-content-length'] ?? request.body.byteLength);
  return { operation: operationOf(bucket, key, url.searchParams, request), body: { bucket, key, bytes } };
};
