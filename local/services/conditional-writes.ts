// If-None-Match and If-Match on writes, which fauxqs 2.4.1 ignores. Writes of one object wait for each other, so that nothing comes
// between the look and the write.
import type { Request } from './serve.ts';

/** What to say instead of writing; undefined to write. */
export type Obstacle = 'PreconditionFailed' | 'NoSuchKey';

/** @param etag of the object that stands there, undefined when there is none */
export const obstacleTo = (request: Request, etag: string | undefined): Obstacle | undefined => {
  const { 'if-none-match': noneMatch, 'if-match': match } = request.headers;
  if (noneMatch === '*' && etag !== undefined) return 'PreconditionFailed';
  if (match !== undefined && etag === undefined) return 'NoSuchKey';
  if (match !== undefined && match.replaceAll('"', '') !== etag?.replaceAll('"', '')) return 'PreconditionFailed';
  return undefined;
};

export const isConditional = (request: Request): boolean =>
  'if-none-match' in request.headers || 'if-match' in request.headers;

/** Runs jobs of one name one after another, of different names side by side. */
export const oneAtATime = <T>() => {
  const last = new Map<string, Promise<unknown>>();
  return async (name: string, job: () => Promise<T>): Promise<T> => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(job, job);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
};
