// millrace start: the whole pipeline in real time on this machine, until Ctrl-C.
import { KINDS } from '../generate/generate.ts';
import { startLive } from '../start/start-live.ts';
import type { Call, ExitCode } from './commands.ts';
import { choiceOf, flagOf, numberOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

const DEFAULT_RATE = 20;

/** Resolves at the first Ctrl-C, SIGTERM, or after some seconds. */
const untilStopped = (seconds: number | undefined): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    if (seconds !== undefined) setTimeout(resolve, seconds * 1_000);
  });

export const start = async (call: Call): Promise<ExitCode> => {
  const shards = numberOf(call, 'shards', 1, 64);
  const seconds = numberOf(call, 'seconds', 1, Number.MAX_SAFE_INTEGER);
  const rate = numberOf(call, 'rate', 0.001, 100_000, false) ?? DEFAULT_RATE;
  const running = await startLive({
    root: PROJECT,
    pipeline: textOf(call, 'pipeline') ?? PIPELINE,
    port: numberOf(call, 'port', 0, 65_535) ?? null,
    kind: choiceOf(call, 'kind', KINDS) ?? 'shop',
    rate: flagOf(call, 'traffic') === false ? null : rate,
    ...(shards !== undefined && { shards }),
    say: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
  });
  await untilStopped(seconds);
  process.stderr.write('stopping…\n');
  await running.stop();
  return 0;
};
