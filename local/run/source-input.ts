// `--source NAME --input SAMPLE`: a file of what the source delivers -> its records on their way to raw.
import { adaptBy } from '../../shared/adapters/adapt.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import type { CompiledPipeline, Source } from '../../shared/pipeline.ts';
import { hooksIn } from '../../shared/steps/ingest/hooks.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import type { EpochMs } from '../../shared/time.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { CallError } from '../cli/call-error.ts';
import { type Delivered, deliveredLine, deliveredOf } from './delivery.ts';
import { hookInput } from './hook-input.ts';
import { type InputEvent, type InputFile, inputEvents, obstacleAt, type Tally } from './input.ts';
import { jsonValues } from './json-values.ts';
import { readLines, readWhole, STANDARD_INPUT } from './read-lines.ts';
import { hookSecretsHere, type SecretTexts } from './secrets-here.ts';

/** @throws CallError when sources.yml names no such source */
export const sourceNamed = (name: string, { sources }: CompiledPipeline): Source => {
  const found = sources.find((s) => s.name === name);
  if (found !== undefined) return found;
  const names = sources.map((s) => s.name);
  if (names.length === 0) throw new CallError(`--source ${name}: the pipeline has no sources.yml that names a source`);
  throw new CallError(`--source ${name}: no such source in sources.yml; ${wouldWork(name, names, 'sources')}`);
};

/** @throws CallError naming every sample that cannot be read */
export const sampleFiles = (paths: readonly string[]): readonly string[] => {
  const mistakes = paths.flatMap((path) => {
    const obstacle = obstacleAt(path);
    return obstacle === undefined ? [] : [`--input ${path}: ${obstacle}`];
  });
  if (paths.filter((p) => STANDARD_INPUT.includes(p)).length > 1)
    mistakes.push('--input: standard input is named twice; it can be read once');
  if (mistakes.length > 0) throw new CallError(mistakes.join('\n'));
  return paths;
};

async function* recordsOf(path: string, source: Source): AsyncGenerator<Delivered> {
  if (source.adapter === 'agent') for await (const line of readLines(path)) yield deliveredLine(line, source);
  else if (source.adapter === 'debezium')
    // Lines, because keys may stand before the values; a document over several lines has none.
    for (const value of await linesOrValues(path)) yield* deliveredOf(value, source);
  else for (const value of jsonValues(await readWhole(path))) yield* deliveredOf(value, source);
}

const linesOrValues = async (path: string): Promise<readonly Buffer[]> => {
  const whole = await readWhole(path);
  if (!/^[^\n]*\S\t\S/.test(whole.subarray(0, 64 * 1024).toString())) return jsonValues(whole);
  const lines: Buffer[] = [];
  for (let from = 0; from < whole.length; ) {
    const end = whole.indexOf(0x0a, from);
    const line = whole.subarray(from, end < 0 ? whole.length : end);
    if (line.toString().trim() !== '') lines.push(line);
    from = end < 0 ? whole.length : end + 1;
  }
  return lines;
};

/** Whether a file begins as the answer of `aws kinesis get-records`, or an event of Lambda's; standard input is lines. */
const isRecords = async (path: string): Promise<boolean> => {
  if (STANDARD_INPUT.includes(path)) return false;
  for await (const line of firstLines(path)) if (!/^\s*\{?\s*$/.test(line)) return /^\s*\{?\s*"Records"/.test(line);
  return false;
};

async function* firstLines(path: string): AsyncGenerator<string> {
  let lines = 0;
  for await (const line of readLines(path)) {
    if (lines++ === 3) return;
    yield line.toString();
  }
}

/** How many events a record is counted as, and the time that it moves the virtual arrival to: the greatest of its events. */
const reader = (pipeline: CompiledPipeline) => {
  const adapt = adaptBy(pipeline.sources);
  const judge = judgeOf(pipeline);
  return ({ key, bytes }: Delivered, arrival: EpochMs): Pick<InputEvent, 'events' | 'time'> => {
    const unpacked = unpackRecord(bytes, key);
    const adopted = unpacked.ok ? (adapt?.(unpacked.records, arrival) ?? null) : null;
    if (!unpacked.ok || adopted?.ok === false) return { events: 1, time: null };
    const users = adopted === null ? unpacked.records.map((user) => ({ user, refused: undefined })) : adopted.events;
    let time: InputEvent['time'] = null;
    for (const { user, refused } of users) {
      const read = refused ?? judge(user.bytes, arrival, () => '-');
      if (read.kind === 'reject') continue;
      if (read.time === arrival) time ??= 'arrival';
      else time = typeof time === 'number' ? Math.max(time, read.time) : read.time;
    }
    return { events: users.length, time };
  };
};

export type SourceInput = {
  readonly source: Source;
  readonly pipeline: CompiledPipeline;
  readonly now: EpochMs;
  readonly tally: Tally;
  readonly secrets: SecretTexts;
};

/**
 * The records of a sample, in order. Sources of events (`http`, `plain`) send lines, as without `--source`; plain ones are of the
 * source's type, where it has one.
 */
export async function* sourceEvents(
  path: string,
  { source, pipeline, now, tally, secrets }: SourceInput,
): AsyncGenerator<InputEvent> {
  if ((source.adapter === 'http' || source.adapter === 'plain') && !(await isRecords(path))) {
    const [type = null, ...others] = source.types;
    const file: InputFile = { path, table: source.name, type: others.length === 0 ? type : null };
    yield* inputEvents(file, pipeline, now, tally);
    return;
  }
  const read = reader(pipeline);
  // Half a ms beyond now, as for lines: no event has this time.
  const arrival = now + 0.5;
  const [hook] = hooksIn([source]);
  if (hook === undefined) {
    for await (const record of recordsOf(path, source)) yield { ...record, ...read(record, arrival), alone: true };
    return;
  }
  const keys = hookSecretsHere(hook, secrets);
  for (const request of jsonValues(await readWhole(path)))
    for (const event of await hookInput(request, hook, keys, pipeline, now)) {
      if ('rule' in event) yield { key: '-', bytes: request, time: null, refused: event };
      else yield { ...event, ...read(event, arrival) };
    }
}
