// The files of `--input` -> the events to be put on raw, each as it would have come, with the virtual arrival of history.

import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import { keyOf } from '../../shared/event/key-of.ts';
import { isObject } from '../../shared/event/path.ts';
import { projectorOf } from '../../shared/event/project.ts';
import { looksLikeCloudEvent, receiveCloudEvent, receivePlain } from '../../shared/event/received.ts';
import { ScannedEvent } from '../../shared/event/scan.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import type { EpochMs } from '../../shared/time.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { CallError } from '../cli/call-error.ts';
import { readLines, STANDARD_INPUT } from './read-lines.ts';

/** One `--input`: a file, and the event type of its plain lines. */
export type InputFile = { readonly path: string; readonly table: string | null; readonly type: string | null };

/** Why there is nothing to read at a path; undefined when there is. */
export const obstacleAt = (path: string): string | undefined => {
  if (STANDARD_INPUT.includes(path)) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'no such file';
  return found.isDirectory() ? 'a folder; name its files, each with its own --input' : undefined;
};

/**
 * @param specs as given: `FILE` or `TABLE=FILE`; a file may be a pipe, `-` is standard input
 * @throws CallError naming every one that cannot be read
 */
export const inputFiles = (specs: readonly string[], { plan }: CompiledPipeline): readonly InputFile[] => {
  const sources = plan.tables.filter((t) => t.types.length > 0);
  const mistakes: string[] = [];
  const files = specs.map((spec): InputFile => {
    const [, table, named] = /^([A-Za-z_]\w*)=(.+)$/s.exec(spec) ?? [];
    const path = named ?? spec;
    const obstacle = obstacleAt(path);
    if (obstacle !== undefined) mistakes.push(`--input ${spec}: ${obstacle}`);
    if (table === undefined) return { path, table: null, type: null };
    const found = sources.find((t) => t.name === table);
    const names = sources.map((t) => t.name);
    if (found === undefined)
      mistakes.push(`--input ${spec}: unknown table "${table}"; ${wouldWork(table, names, 'source tables')}`);
    else if (found.types.length > 1) {
      mistakes.push(
        `--input ${spec}: table ${table} takes ${found.types.join(', ')}; plain lines need a table of one type`,
      );
    }
    return { path, table, type: found?.types[0] ?? null };
  });
  if (files.filter((f) => STANDARD_INPUT.includes(f.path)).length > 1)
    mistakes.push('--input: standard input is named twice; it can be read once');
  if (mistakes.length > 0) throw new CallError(mistakes.join('\n'));
  return files;
};

/**
 * A line on its way to raw. `time` moves the virtual arrival; `arrival`: the event has no time of its own and takes its arrival's;
 * null: the line will be rejected, so it moves nothing.
 */
export type InputEvent = {
  readonly key: string;
  readonly bytes: Buffer;
  readonly time: EpochMs | 'arrival' | null;
  /** Events in it; 1 where nothing is said. */
  readonly events?: number;
  /** It goes as a record of its own, as its source puts it; else it may be aggregated, as ingest and the KPL do. */
  readonly alone?: true;
  /** Why it never comes to raw: its producer is told so by ingest. */
  readonly refused?: { readonly rule: string; readonly cause: string };
};

/** Counts what a reader of lines wants to be told of. */
export type Tally = {
  /** Plain JSON objects in a file that was given without TABLE=: nothing says what they are. */
  untyped: number;
};

type Sent = { readonly key: string; readonly bytes: Buffer; readonly untyped?: true };

/** Reads one line as its producer would have sent it: a CloudEvent as it is, plain JSON wrapped, anything else as it is. */
const eventOf = (line: Buffer, file: InputFile, { types }: CompiledPipeline): Sent => {
  const asItIs = { key: hash('md5', line), bytes: line };
  const parsed = parseJson(line);
  if (!parsed.ok) return asItIs;
  const value: Json = parsed.value;
  const isCloudEvent = looksLikeCloudEvent(value);
  if (!isCloudEvent && file.type === null && file.table === null && isObject(value) && value.plain !== 1)
    return { ...asItIs, untyped: true };
  const received = isCloudEvent
    ? receiveCloudEvent(value, line, types)
    : file.type === null
      ? null
      : receivePlain(value, line, { type: file.type, source: `/tables/${file.table}` }, types);
  return received?.kind === 'event' ? { key: received.key, bytes: Buffer.from(received.bytes) } : asItIs;
};

/** The key of an event that passes as it is, by its few fields; undefined where they must be read by parsing. */
const keyReader = ({ types }: CompiledPipeline): ((line: Buffer, type: string) => string | undefined) => {
  const project = projectorOf({
    attributes: ['partitionkey', 'subject', 'id'],
    data: Object.values(types).flatMap((t) => t.key?.slice(0, 1) ?? []),
  });
  return (line, type) => {
    const found = project?.(line);
    return found === undefined ? undefined : keyOf(found.event, types[type]);
  };
};

/** The events of one file, in order. Their times are read by the same rules that validate will judge them by. */
export async function* inputEvents(
  file: InputFile,
  pipeline: CompiledPipeline,
  now: EpochMs,
  tally: Tally = { untyped: 0 },
): AsyncGenerator<InputEvent> {
  const judge = judgeOf(pipeline);
  // Half a ms beyond now: no event has this time, so one that took its arrival is told from one that happened now.
  const arrival = now + 0.5;
  const readKey = keyReader(pipeline);
  for await (const line of readLines(file.path)) {
    // What passes with its own bytes is a CloudEvent, so there is nothing to wrap.
    const asItIs = line.includes('"specversion"') ? judge(line, arrival, () => '-') : undefined;
    const known = asItIs instanceof ScannedEvent ? readKey(line, asItIs.type) : undefined;
    if (asItIs?.kind === 'event' && known !== undefined) {
      yield { key: known, bytes: line, time: asItIs.time === arrival ? 'arrival' : asItIs.time };
      continue;
    }
    const { key, bytes, untyped } = eventOf(line, file, pipeline);
    if (untyped) tally.untyped++;
    const read = bytes === line && asItIs !== undefined ? asItIs : judge(bytes, arrival, () => '-');
    yield { key, bytes, time: read.kind === 'reject' ? null : read.time === arrival ? 'arrival' : read.time };
  }
}

/** Several files side by side, as they would have come: the one whose time is least goes on. Order in a file is kept. */
export async function* merged(files: readonly AsyncGenerator<InputEvent>[]): AsyncGenerator<InputEvent> {
  const heads = await Promise.all(
    files.map(async (events) => ({ events, next: await events.next(), reached: Number.NEGATIVE_INFINITY })),
  );
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const head of heads) {
      if (head.next.done) continue;
      const { time } = head.next.value;
      const at = typeof time === 'number' ? Math.max(head.reached, time) : head.reached;
      if (first === undefined || at < least) [first, least] = [head, at];
    }
    if (first === undefined || first.next.done) return;
    first.reached = least;
    yield first.next.value;
    first.next = await first.events.next();
  }
}
