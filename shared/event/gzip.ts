import { gunzipSync } from 'node:zlib';

export type Gunzipped =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly rule: 'body.bad-gzip' | 'body.gzip-bomb'; readonly cause: string };

/** RFC 1952's magic. No JSON text begins with it. */
export const isGzip = (bytes: Uint8Array): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks at most `room` bytes: what is longer costs no more memory than that. Never throws. */
export const gunzip = (bytes: Uint8Array, room: number): Gunzipped => {
  try {
    // zlib takes no bound of 0: a bound one higher is checked behind it.
    const out = gunzipSync(bytes, { maxOutputLength: room + 1 });
    if (out.length <= room) return { ok: true, bytes: out };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
      return { ok: false, rule: 'body.bad-gzip', cause: `gzip: ${(error as Error).message}` };
  }
  return { ok: false, rule: 'body.gzip-bomb', cause: `gzip: unpacks to more than the ${room} bytes left` };
};
