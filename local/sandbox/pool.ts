// A function as its callers see it: warm sandboxes are used again, a new one starts when all are busy.
import type { Ms } from '../../shared/time.ts';
import { recentTimes } from '../recent-times.ts';
import type { FunctionTemplate } from '../template/template.ts';
import { type Outcome, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';

export type InvokeOptions = {
  readonly timeoutMs?: Ms;
  /** Told the sandbox before it is called: the hooks of the services know it by that name. */
  readonly onStart?: (caller: string) => void;
};

export type FunctionPool = {
  readonly fn: FunctionTemplate;
  /** A failed cold start is `threw`, as Lambda reports it to a mapping. */
  invoke(event: unknown, options?: InvokeOptions): Promise<Outcome>;
  /** Forgets every sandbox: the next invocation is a cold start. Those running go on unheard. */
  drop(): void;
  /** Cold starts so far. */
  readonly starts: number;
  /** As Lambda counts its invocations; `p99` of the newest 500, `ms` of all. */
  used(): { readonly invocations: number; readonly errors: number; readonly p99: Ms | null; readonly ms: Ms };
};

export const functionPool = (fn: FunctionTemplate, options: SandboxOptions): FunctionPool => {
  let idle: Sandbox[] = [];
  let generation = 0;
  let starts = 0;
  const times = recentTimes();
  let [invocations, errors, ms] = [0, 0, 0];
  const take = async (): Promise<Sandbox> => {
    const warm = idle.pop();
    if (warm !== undefined) return warm;
    starts += 1;
    return startSandbox(fn, options);
  };
  return {
    fn,
    get starts() {
      return starts;
    },
    used: () => ({ invocations, errors, p99: times.p99(), ms }),
    async invoke(event, { timeoutMs, onStart } = {}) {
      invocations++;
      const born = generation;
      let sandbox: Sandbox;
      try {
        sandbox = await take();
      } catch (error) {
        errors++;
        return { kind: 'threw', error };
      }
      onStart?.(sandbox.caller);
      const begin = performance.now();
      const outcome = await sandbox.invoke(event, timeoutMs);
      const took = performance.now() - begin;
      times.add(took);
      ms += took;
      if (outcome.kind !== 'returned') errors++;
      // Lambda kills a sandbox that ran out of time; here it goes on as a zombie, and is not used again.
      if (outcome.kind !== 'timed-out' && born === generation) idle.push(sandbox);
      return outcome;
    },
    drop() {
      generation += 1;
      idle = [];
    },
  };
};
