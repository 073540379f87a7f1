// What a handler hands to its clients and its trigger, so that every invocation leaves one line of metrics.
import { type Clock, systemClock } from '../ports.ts';
import { emfLine } from './emf.ts';
import type { Told } from './told.ts';
import { newUsage, type Usage } from './usage.ts';

export type Watch = {
  /** The function's name. */
  readonly name: string;
  /** For the clients of shared/aws. One invocation runs at a time, so it is that invocation's. */
  readonly usage: Usage;
  /** Writes the line of the invocation that ends; `fields` are no metrics. */
  tell(told: Told, fields?: Readonly<Record<string, unknown>>): void;
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Lambda's console puts a time before each line, and CloudWatch then finds no metrics in it: the line goes to stdout itself. With
 * POWERTOOLS_DEV, as in the local run, it goes to the console, as the Powertools logger does.
 */
const sink = (env: Env): ((line: string) => void) => {
  const { log } = console;
  return env.POWERTOOLS_DEV === 'true' ? log : (line) => void process.stdout.write(`${line}\n`);
};

/**
 * Reads, from the environment that serverless.yml gives to all functions: POWERTOOLS_SERVICE_NAME (the metrics' namespace), STAGE,
 * METRICS (full or lean).
 * @param fn name of the function under `functions:`
 */
export const watch = (
  fn: string,
  env: Env = process.env,
  clock: Clock = systemClock,
  write: (line: string) => void = sink(env),
): Watch => {
  const usage = newUsage();
  const line = emfLine({
    namespace: env.POWERTOOLS_SERVICE_NAME ?? 'millrace',
    stage: env.STAGE ?? 'dev',
    function: fn,
    full: env.METRICS === 'full',
  });
  return {
    name: fn,
    usage,
    tell({ measures, fields: own }, fields = {}) {
      const { calls, writeUnits } = usage;
      usage.calls = 0;
      usage.writeUnits = 0;
      const text = line(clock.now(), { ...measures, Calls: calls, WriteUnits: writeUnits }, { ...fields, ...own });
      if (text !== undefined) write(text);
    },
  };
};
