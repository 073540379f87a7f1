// millrace generate: seeded sample traffic on standard output, one event a line.
import { once } from 'node:events';
import { type GenerateOptions, KINDS, generate as lines } from '../generate/generate.ts';
import type { Call, ExitCode } from './commands.ts';
import { choiceOf, durationOf, numberOf } from './parse-call.ts';

const CHUNK = 64 * 1024; // characters; one write per line would cost a system call each

/** The options of GenerateOptions that a call names. @throws CallError */
export const generateOptions = (call: Call): GenerateOptions => {
  const given = {
    disorder: durationOf(call, 'disorder'),
    duplicates: numberOf(call, 'duplicates', 0, 1, false),
    malformed: numberOf(call, 'malformed', 0, 0.999999, false),
    skew: numberOf(call, 'skew', 0, 100, false),
    rate: numberOf(call, 'rate', 0.000001, 1_000_000_000, false),
  };
  return {
    kind: choiceOf(call, 'kind', KINDS) ?? 'shop',
    seed: numberOf(call, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) ?? 1,
    events: numberOf(call, 'events', 0, Number.MAX_SAFE_INTEGER) ?? 1_000,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
};

export const generate = async (call: Call): Promise<ExitCode> => {
  const out = process.stdout;
  let failure: NodeJS.ErrnoException | undefined;
  out.on('error', (error: NodeJS.ErrnoException) => {
    failure = error;
  });
  let chunk = '';
  const flush = async (): Promise<void> => {
    if (!out.write(chunk)) await Promise.race([once(out, 'drain'), once(out, 'close')]).catch(() => {});
    chunk = '';
  };
  for (const line of lines(generateOptions(call))) {
    chunk += `${line}\n`;
    if (chunk.length >= CHUNK) await flush();
    if (failure !== undefined) break;
  }
  await flush();
  await new Promise<void>((done) => out.write('', () => done()));
  // A reader that has seen enough (`| head`) closes the pipe: nothing went wrong.
  if (failure !== undefined && failure.code !== 'EPIPE') throw failure;
  return 0;
};
