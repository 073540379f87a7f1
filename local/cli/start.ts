// millrace start: the whole pipeline in real time on this machine, until Ctrl-C.
import { setTimeout } from 'node:timers/promises';
import type { Ms } from '../../shared/time.ts';
import { KINDS } from '../generate/generate.ts';
import { readSecrets } from '../run/secrets-here.ts';
import { LIVE_FILE } from '../stage/live-place.ts';
import { readOrigins } from '../start/cors.ts';
import { keysHere } from '../start/door-here.ts';
import { startLive } from '../start/start-live.ts';
import type { Call, ExitCode } from './commands.ts';
import { choiceOf, flagOf, listOf, numberOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

const DEFAULT_RATE = 20;
const DOORS = ['open', 'keys'] as const;

/** npm hands on a Ctrl-C that the terminal has sent already: what comes within this time is the same key press. */
const SAME_PRESS: Ms = 500;

/** Resolves at the first Ctrl-C or SIGTERM. One behind that ends the process at once. */
const stopAsked = (): Promise<void> =>
  new Promise((resolve) => {
    let asked: number | undefined;
    const stop = (): void => {
      const now = performance.now();
      if (asked !== undefined && now - asked > SAME_PRESS) process.exit(130);
      asked ??= now;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });

export const start = async (call: Call): Promise<ExitCode> => {
  const shards = numberOf(call, 'shards', 1, 64);
  const seconds = numberOf(call, 'seconds', 1, Number.MAX_SAFE_INTEGER);
  const rate = numberOf(call, 'rate', 0.001, 100_000, false) ?? DEFAULT_RATE;
  const keys = textOf(call, 'keys');
  const origins = textOf(call, 'origins');
  const asked = stopAsked();
  const running = await startLive({
    root: PROJECT,
    pipeline: textOf(call, 'pipeline') ?? PIPELINE,
    port: numberOf(call, 'port', 0, 65_535) ?? null,
    kind: choiceOf(call, 'kind', KINDS) ?? 'shop',
    rate: flagOf(call, 'traffic') === false ? null : rate,
    ...(shards !== undefined && { shards }),
    limits: flagOf(call, 'limits') === true,
    ...(origins !== undefined && { origins: readOrigins(origins) }),
    secrets: readSecrets(textOf(call, 'secrets')),
    destinations: listOf(call, 'destination'),
    note: LIVE_FILE(),
    ...((choiceOf(call, 'door', DOORS) === 'keys' || keys !== undefined) && { door: keysHere(keys ?? null) }),
    say: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
  });
  await (seconds === undefined ? asked : Promise.race([asked, setTimeout(seconds * 1_000, undefined, { ref: false })]));
  process.stderr.write('stopping…\n');
  await running.stop();
  process.stderr.write('stopped\n');
  return 0;
};
