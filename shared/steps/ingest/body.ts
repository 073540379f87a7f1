// The bytes of a request: bounded as they come, and bounded again when they are unpacked.
import { gunzip } from '../../event/gzip.ts';
import { MAX_UNPACKED_BYTES } from '../../event/limits.ts';

/** As sent. Below Lambda's 6 MB for a request, which counts a compressed body as base64; API Gateway's own limit is 10 MB. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

export type Body =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly rule: string; readonly reason: string };

const tooLarge = (reason: string): Body => ({ ok: false, status: 413, rule: 'body.too-large', reason });

/** Reads at most the limit, whatever `content-length` says. */
const readBounded = async (request: Request, limit: number): Promise<Uint8Array | null> => {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return Buffer.concat(chunks);
};

/** The bytes as they were sent: what a signature is of. */
export const readSent = async (request: Request): Promise<Body> => {
  const sent = await readBounded(request, MAX_BODY_BYTES);
  return sent === null
    ? tooLarge(`a body may have ${MAX_BODY_BYTES} bytes; send the events in several requests`)
    : { ok: true, bytes: sent };
};

export const unpackBody = (headers: Headers, sent: Uint8Array): Body => {
  const encoding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip')
    return {
      ok: false,
      status: 415,
      rule: 'request.encoding',
      reason: `the content encoding ${encoding} is not read; send gzip or none`,
    };
  if (encoding === 'identity') return { ok: true, bytes: sent };
  const unpacked = gunzip(sent, MAX_UNPACKED_BYTES);
  if (unpacked.ok) return unpacked;
  return {
    ok: false,
    status: unpacked.rule === 'body.gzip-bomb' ? 413 : 400,
    rule: unpacked.rule,
    reason: unpacked.cause,
  };
};
