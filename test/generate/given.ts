import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type GenerateOptions, generate } from '../../local/generate/generate.ts';

const ROOM = new URL('../../pipeline/', import.meta.url);

export const fileOf = (path: string): string => readFileSync(new URL(path, ROOM), 'utf8');

/** The schemas of a pipeline, by event type. */
export const schemasIn = (room: URL): ReadonlyMap<string, ValidateFunction> => {
  const ajv = new Ajv2020({ strict: true, ownProperties: true, keywords: ['x-time', 'x-id', 'x-key'] });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return new Map(
    readdirSync(new URL('schemas/', room)).map((file) => [
      file.replace(/\.json$/, ''),
      ajv.compile(JSON.parse(readFileSync(new URL(`schemas/${file}`, room), 'utf8'))),
    ]),
  );
};

/** The same of the sample. */
export const sampleSchemas = (): ReadonlyMap<string, ValidateFunction> => schemasIn(ROOM);

export type Line = {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export const linesOf = (options: Partial<GenerateOptions> = {}): readonly string[] => [
  ...generate({ kind: 'shop', seed: 7, events: 5_000, ...options }),
];

const parsed = (line: string): Line | null => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};

/** The lines that are JSON, parsed. */
export const eventsOf = (options: Partial<GenerateOptions> = {}): readonly Line[] =>
  linesOf(options).flatMap((line) => parsed(line) ?? []);

/** The furthest that an event comes behind the newest before it, in ms. */
export const disorderOf = (events: readonly Line[]): number => {
  let newest = Number.NEGATIVE_INFINITY;
  let worst = 0;
  for (const { time } of events) {
    const t = Date.parse(time);
    worst = Math.max(worst, newest - t);
    newest = Math.max(newest, t);
  }
  return worst;
};
