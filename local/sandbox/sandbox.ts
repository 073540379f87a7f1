// One running copy of a function: what Lambda calls an execution environment.
import type { Ms } from '../../shared/time.ts';
import type { FunctionTemplate } from '../template/template.ts';
import { realTiming, type Timing } from '../timing.ts';
import { capturing, type LogSink } from './capture.ts';
import { contextOf } from './context.ts';
import { loadAfresh } from './load.ts';

/** How an invocation ended for its caller. After `timed-out` the code goes on: nobody hears it any more. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'timed-out' };

export type Sandbox = {
  /** `validate#3`: the name its clients give in their user agent, unique in the process. */
  readonly caller: string;
  /** One invocation at a time, as on Lambda. @throws Error when one is still running */
  invoke(event: unknown, timeoutMs?: Ms): Promise<Outcome>;
  readonly busy: boolean;
};

export type SandboxOptions = {
  readonly root: string;
  /** The compiled pipeline, an absolute path. */
  readonly pipeline: string;
  /** Endpoints, region and credentials (local/services/local-env.ts). */
  readonly aws: Readonly<Record<string, string>>;
  readonly log: LogSink;
  /** The module that stands for `#log`, an absolute path; Kinesis without it. */
  readonly logModule?: string;
  readonly timing?: Timing;
};

/** How often each function was started in this process. */
const started = new Map<string, number>();

const environmentOf = (fn: FunctionTemplate, caller: string, options: SandboxOptions): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  TZ: ':UTC', // as on Lambda
  POWERTOOLS_DEV: 'true', // the logger takes the console it finds, which is ours
  ...options.aws,
  ...fn.environment,
  AWS_LAMBDA_FUNCTION_NAME: caller,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
});

/**
 * A cold start. Dropping the answer is all there is to ending it: its state is reached from nowhere else.
 * @throws what the handler's module throws while it loads; Error when it exports no such function
 */
export const startSandbox = async (fn: FunctionTemplate, options: SandboxOptions): Promise<Sandbox> => {
  const n = (started.get(fn.name) ?? 0) + 1;
  started.set(fn.name, n);
  const caller = `${fn.name}#${n}`;
  const timing = options.timing ?? realTiming;
  const module = await loadAfresh({
    root: options.root,
    file: `${fn.file}.ts`,
    pipeline: options.pipeline,
    env: environmentOf(fn, caller, options),
    console: capturing(caller, options.log),
    ...(options.logModule !== undefined && { logModule: options.logModule }),
  });
  const handler = module[fn.export];
  if (typeof handler !== 'function') throw new Error(`${fn.file}.ts exports no function "${fn.export}"`);
  let busy = false;

  const run = async (event: unknown, timeoutMs: Ms): Promise<Outcome> => {
    const context = contextOf(fn, options.aws.AWS_REGION ?? 'us-east-1', timing.now() + timeoutMs, timing.now);
    try {
      return { kind: 'returned', value: await handler(event, context) };
    } catch (error) {
      return { kind: 'threw', error };
    } finally {
      busy = false;
    }
  };
  return {
    caller,
    get busy() {
      return busy;
    },
    invoke: (event, timeoutMs = fn.timeoutMs) => {
      if (busy) throw new Error(`${caller} is still running`);
      busy = true;
      return new Promise((resolve) => {
        const cancel = timing.after(timeoutMs, () => resolve({ kind: 'timed-out' }));
        run(event, timeoutMs).then((outcome) => {
          cancel();
          resolve(outcome);
        });
      });
    },
  };
};
