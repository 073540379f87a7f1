// How an operator repairs events: a JSON Patch, a function, or nothing at all, since the schema is repaired now.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { applyPatch, type Operation } from 'rfc6902';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { CallError } from '../cli/call-error.ts';
import type { Entry } from './entry.ts';

const { nativeImport }: typeof import('../sandbox/native-import.ts') = createRequire(import.meta.url)(
  '../sandbox/native-import.ts',
);

/** `skip`: the operator's function leaves the event as it is. */
export type Repaired =
  | { readonly kind: 'payload'; readonly payload: Uint8Array }
  | { readonly kind: 'skip' }
  | { readonly kind: 'failed'; readonly cause: string };
export type Repair = { readonly how: string; readonly of: (e: Entry) => Repaired };

/** What a function gets beside the payload. */
export type Why = Pick<
  Entry,
  'stage' | 'rule' | 'query' | 'field' | 'value' | 'cause' | 'shard' | 'position' | 'arrival'
>;

const failed = (cause: string): Repaired => ({ kind: 'failed', cause });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const bytesOf = (value: Json): Uint8Array => Buffer.from(stringifyJson(value));

const OPS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** @throws CallError that names every operation which is none */
const readPatch = (file: string): readonly Operation[] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CallError(`--patch ${file}: no such file`);
  }
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) throw new CallError(`--patch ${file} is not JSON: ${parsed.cause}`);
  if (!Array.isArray(parsed.value))
    throw new CallError(`--patch ${file} is no JSON Patch; write [{"op":"replace","path":"/data/total","value":1}]`);
  const wrong = parsed.value.flatMap((op, i) => {
    const { op: name, path, from } = (op ?? {}) as { op?: unknown; path?: unknown; from?: unknown };
    if (!OPS.includes(String(name)))
      return [`operation ${i + 1}: op is ${JSON.stringify(name)}; it may be ${OPS.join(', ')}`];
    if (typeof path !== 'string' || (path !== '' && !path.startsWith('/')))
      return [`operation ${i + 1}: path is ${JSON.stringify(path)}; write a JSON pointer as /data/total`];
    if ((name === 'move' || name === 'copy') && typeof from !== 'string')
      return [`operation ${i + 1}: ${name} needs from, a JSON pointer`];
    return [];
  });
  if (wrong.length > 0) throw new CallError(`--patch ${file}: ${wrong.join('; ')}`);
  return parsed.value as unknown as readonly Operation[];
};

/** JSON Patch (RFC 6902): all of it or nothing. @throws CallError */
export const byPatch = (file: string): Repair => {
  const patch = readPatch(file);
  return {
    how: `patch ${file}`,
    of: ({ payload }) => {
      const parsed = parseJson(payload);
      if (!parsed.ok) return failed('the payload is no JSON, so no patch applies; use --with FILE.ts');
      const document = { it: parsed.value };
      const inside = (path: string): string => `/it${path}`;
      const ops = patch.map((op) =>
        'from' in op ? { ...op, path: inside(op.path), from: inside(op.from) } : { ...op, path: inside(op.path) },
      ) as Operation[];
      const wrong = applyPatch(document, structuredClone(ops)).findIndex((error) => error !== null);
      if (wrong >= 0)
        return failed(`operation ${wrong + 1} (${patch[wrong]?.op} ${patch[wrong]?.path}) does not apply`);
      return { kind: 'payload', payload: bytesOf(document.it) };
    },
  };
};

type Fix = (payload: unknown, why: Why) => unknown;

/** JSON where it is JSON, else text. */
const givenTo = (payload: Uint8Array): unknown => {
  const parsed = parseJson(payload);
  return parsed.ok ? parsed.value : Buffer.from(payload).toString();
};

/** The default export of a file: `(payload, why) => payload | null`; null leaves an event out. @throws CallError */
export const byFunction = async (file: string): Promise<Repair> => {
  let fix: unknown;
  try {
    fix = ((await nativeImport(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new CallError(`--with ${file}: ${messageOf(error)}`);
  }
  if (typeof fix !== 'function')
    throw new CallError(`--with ${file} exports no function; write export default (payload, why) => payload`);
  return {
    how: `function ${file}`,
    of: ({ payload, ...e }) => {
      try {
        const fixed = (fix as Fix)(givenTo(payload), e);
        if (fixed === null) return { kind: 'skip' };
        if (fixed === undefined) return failed(`${file} returned nothing; return the payload, or null to leave it out`);
        if (typeof fixed === 'string') return { kind: 'payload', payload: Buffer.from(fixed) };
        if (fixed instanceof Uint8Array) return { kind: 'payload', payload: fixed };
        return { kind: 'payload', payload: bytesOf(fixed as Json) };
      } catch (error) {
        return failed(`${file} threw: ${messageOf(error)}`);
      }
    },
  };
};

/** The same bytes: the schema, the source or the query is repaired. */
export const bySchema: Repair = {
  how: 'the present build',
  of: ({ payload }) => ({ kind: 'payload', payload }),
};
