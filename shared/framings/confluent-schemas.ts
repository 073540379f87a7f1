// A schema registry with Confluent's REST interface: GET /schemas/ids/{id}, and /subjects/{subject}/versions/{version} for references,
// https://docs.confluent.io/platform/current/schema-registry/develop/api.html
import { Fault } from '../faults.ts';
import { seconds } from '../time.ts';
import type { FetchSchema } from './frames.ts';

const TIMEOUT = seconds(5);
const MOST_BYTES = 4 * 1024 * 1024;
/** Schemas that one refers to, in all. */
const MOST_REFERENCES = 100;

type Answer = {
  readonly schema?: unknown;
  readonly schemaType?: unknown;
  readonly references?: readonly { readonly subject?: unknown; readonly version?: unknown }[];
};

export type ConfluentOptions = {
  /** `https://host[:port][/path]` */
  readonly registry: string;
  /** `user:password`, or an API key and its secret; null: none is asked for. */
  readonly login: (() => Promise<string>) | null;
};

export const confluentSchemas = ({ registry, login }: ConfluentOptions): FetchSchema => {
  const base = registry.replace(/\/+$/, '');

  const get = async (path: string): Promise<Answer | null> => {
    const unavailable = (cause: unknown): Fault =>
      new Fault('registry.unavailable', `${base}${path}: ${cause instanceof Error ? cause.message : cause}`, cause);
    try {
      const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json, application/json' };
      if (login !== null) headers.authorization = `Basic ${Buffer.from(await login()).toString('base64')}`;
      const response = await fetch(`${base}${path}`, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (response.status !== 200) throw unavailable(`it answered ${response.status}`);
      const text = await response.text();
      if (text.length > MOST_BYTES) throw unavailable(`a schema of ${text.length} characters`);
      return JSON.parse(text) as Answer;
    } catch (error) {
      throw error instanceof Fault ? error : unavailable(error);
    }
  };

  /** Depth first, each once. */
  const collect = async (answer: Answer, seen: Set<string>, texts: string[]): Promise<void> => {
    for (const { subject, version } of answer.references ?? []) {
      const path = `/subjects/${encodeURIComponent(String(subject))}/versions/${encodeURIComponent(String(version))}`;
      if (seen.has(path) || seen.size === MOST_REFERENCES) continue;
      seen.add(path);
      const found = await get(path);
      if (found === null) continue; // the schema that names it will not compile, and says why
      await collect(found, seen, texts);
      texts.push(String(found.schema));
    }
  };

  return async (id) => {
    const answer = await get(`/schemas/ids/${id}`);
    if (answer === null) return null;
    const references: string[] = [];
    await collect(answer, new Set(), references);
    const format = typeof answer.schemaType === 'string' ? answer.schemaType.toUpperCase() : 'AVRO';
    return { format, text: String(answer.schema), references };
  };
};
