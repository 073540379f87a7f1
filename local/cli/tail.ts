// millrace tail: lines of files, as they are written, to the pipeline.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createProducer, NotPut, type Transport, toHttp, toKinesis } from '../../shared/producer/index.ts';
import { type Ms, seconds } from '../../shared/time.ts';
import { loadPipeline } from '../run/load-pipeline.ts';
import { lineEvents } from '../tail/line-events.ts';
import { sourceOf } from '../tail/source-of.ts';
import { lockState } from '../tail/state.ts';
import { type Stored, storing } from '../tail/stored-lines.ts';
import { Tailer } from '../tail/tailer.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, numberOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

const HERE = 'http://127.0.0.1:8080';
const STATE = '.millrace/tail.json';
const LOOK_EVERY: Ms = 200;
/** What is under way when the command is stopped is waited for; what takes longer is sent again by the next start. */
const STOP_WITHIN: Ms = seconds(10);
const LONGEST = 256 * 1024; // bytes of a line

const transportOf = (to: string): Transport => {
  const { MILLRACE_KEY: key, MILLRACE_TOKEN: token } = process.env;
  if (!to.includes('://')) {
    if (!/^[\w.-]{1,128}$/.test(to)) throw new CallError(`--to "${to}" is neither an address nor a name of a stream`);
    return toKinesis({ stream: to });
  }
  try {
    return toHttp({ url: to, ...(key && { key }), ...(token && { token: () => token }) });
  } catch (error) {
    throw new CallError(`--to ${(error as Error).message}`);
  }
};

const patternOf = (text: string | undefined): RegExp | undefined => {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new CallError(`--begins: ${(error as Error).message}`);
  }
};

export const tail = async (call: Call): Promise<ExitCode> => {
  const files = [...new Set(call.words.map((word) => resolve(word)))];
  for (const file of files)
    if (!existsSync(dirname(file))) throw new CallError(`${file}: there is no folder ${dirname(file)}`);
  const once = flagOf(call, 'once') === true;
  if (once) for (const file of files) if (!existsSync(file)) throw new CallError(`${file}: no such file`);
  const begins = patternOf(textOf(call, 'begins'));
  const to = transportOf(textOf(call, 'to') ?? HERE);
  const longest = numberOf(call, 'longest', 64, 1024 * 1024) ?? LONGEST;
  const state = resolve(textOf(call, 'state') ?? STATE);
  const { pipeline } = await loadPipeline(textOf(call, 'pipeline') ?? PIPELINE, PROJECT);
  const source = sourceOf(pipeline, textOf(call, 'source'));
  const type = pipeline.types[source.types[0] ?? ''] ?? { id: null, key: null };
  const events = lineEvents(source, type, begins !== undefined);
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  if (source.deduplicate === null)
    warn(
      `${source.name} has no \`deduplicate\`: a line that is sent again after a crash or a lost answer counts twice`,
    );

  const unlock = lockState(state);
  const producer = createProducer({ to });
  const counts: Stored = { stored: 0, refused: 0 };
  const store = storing(producer, `${state}.refused`, counts);
  const stopping = new AbortController();
  let tailer: Tailer | undefined;
  const stop = (): void => {
    tailer?.halt();
    stopping.abort();
    void producer.close({ within: STOP_WITHIN });
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let failure: unknown;
  try {
    tailer = new Tailer({
      files,
      state,
      fromStart: once || flagOf(call, 'from-start') === true,
      longest,
      ...(begins && { begins }),
      now: Date.now,
      room: () => producer.room(),
      send: (id, line, file) => store(events(id, line.bytes, Date.now()), line, file),
      warn,
    });
    while (!stopping.signal.aborted) {
      const any = await tailer.step();
      if (once && !any) break;
      if (!any) await wait(LOOK_EVERY, undefined, { signal: stopping.signal }).catch(() => {});
    }
    if (once && !stopping.signal.aborted) await tailer.cutAll();
  } catch (error) {
    failure = error;
  }
  await producer.close({ within: STOP_WITHIN });
  await wait(0);
  failure ??= tailer?.failure;
  tailer?.stop();
  process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  unlock();
  warn(
    `${counts.stored} events stored${counts.refused > 0 ? `, ${counts.refused} refused: ${state}.refused says which, and why` : ''}`,
  );
  if (failure === undefined || (failure instanceof NotPut && failure.rule === 'producer.closed' && !once)) return 0;
  if (!(failure instanceof NotPut)) throw failure;
  warn(`millrace: ${failure.message}; the lines from there on are kept: they go with the next start`);
  return 1;
};
