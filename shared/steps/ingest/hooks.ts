// POST /webhooks/NAME: a signed request of a third party -> its event, or null for a request that is told nothing.
import type { Received } from '../../event/received.ts';
import type { CompiledPipeline, Hook, Source } from '../../pipeline.ts';
import type { Clock } from '../../ports.ts';
import { unpackBody } from './body.ts';
import { hookEvent } from './hook-event.ts';
import { refuseUnsigned } from './signature.ts';

export type HookSource = Source & { readonly hook: Hook };
export const hooksIn = (sources: readonly Source[]): readonly HookSource[] =>
  sources.filter((s): s is HookSource => s.hook !== undefined);

export type HookRequest =
  | { readonly kind: 'events'; readonly events: readonly Received[] }
  /** Whoever sent it learns nothing of names, secrets or times; `why` is for our own log. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The secret cannot be had; the same request may be sent again. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'broken'; readonly status: 400 | 413 | 415; readonly rule: string; readonly reason: string };

export type ReadHook = (name: string, headers: Headers, body: Uint8Array) => Promise<HookRequest>;

/** @param secretsOf the secrets in force of a source; throws when they cannot be had */
export const hookReader = (
  sources: readonly Source[],
  types: CompiledPipeline['types'],
  secretsOf: (source: HookSource) => Promise<readonly Buffer[]>,
  clock: Clock,
): ReadHook => {
  const byName = new Map(hooksIn(sources).map((source) => [source.name, source]));
  return async (name, headers, sent) => {
    const source = byName.get(name);
    if (source === undefined) return { kind: 'refused', why: `sources.yml has no webhook "${name.slice(0, 64)}"` };
    let secrets: readonly Buffer[];
    try {
      secrets = await secretsOf(source);
    } catch {
      return { kind: 'unknown' };
    }
    const why = refuseUnsigned(source.hook, secrets, headers, sent, clock.now());
    if (why !== null) return { kind: 'refused', why };
    const body = unpackBody(headers, sent);
    if (!body.ok) return { ...body, kind: 'broken' };
    const event = hookEvent(source, headers, body.bytes, types);
    return { kind: 'events', events: event.kind === 'none' ? [] : [event] };
  };
};
