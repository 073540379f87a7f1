// `--source NAME` of a webhook: recorded requests -> what `ingest` puts on raw, or why it refuses them.

import { parseRfc3339 } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { isObject } from '../../shared/event/path.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { type HookSource, hookReader } from '../../shared/steps/ingest/hooks.ts';
import type { EpochMs } from '../../shared/time.ts';

export type HookInput =
  | { readonly key: string; readonly bytes: Buffer }
  | { readonly rule: string; readonly cause: string };

const BROKEN = {
  rule: 'request.broken',
  cause:
    'a recorded request is {"received": "2026-01-05T09:00:00Z", "headers": {…}, "body": "…"}; received may be left out',
};

/**
 * One request, judged as when it came: at `received`, else at `now`.
 * @param secrets in force
 */
export const hookInput = async (
  request: Buffer,
  source: HookSource,
  secrets: readonly Buffer[],
  { types }: CompiledPipeline,
  now: EpochMs,
): Promise<readonly HookInput[]> => {
  const parsed = parseJson(request);
  if (!parsed.ok || !isObject(parsed.value)) return [BROKEN];
  const { headers, body, received } = parsed.value;
  const at = received === undefined ? now : typeof received === 'string' ? parseRfc3339(received) : undefined;
  if (!isObject(headers) || typeof body !== 'string' || at === undefined) return [BROKEN];
  const sent = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const read = hookReader([source], types, async () => secrets, { now: () => at });
  const answer = await read(source.name, sent, Buffer.from(body));
  switch (answer.kind) {
    case 'events':
      return answer.events.map((e) =>
        e.kind === 'event' ? { key: e.key, bytes: Buffer.from(e.bytes) } : { rule: e.rule, cause: e.cause },
      );
    case 'refused':
      return [{ rule: 'request.signature', cause: answer.why }];
    case 'broken':
      return [{ rule: answer.rule, cause: answer.reason }];
    case 'unknown':
      throw new Error('a secret at hand cannot be unknown');
    default:
      return answer satisfies never;
  }
};
