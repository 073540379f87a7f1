// What may befall the sandbox that makes a call: it dies, or whoever invoked it gives up while it goes on.
import { type Ms, seconds } from '../../../shared/time.ts';
import type { FunctionPool } from '../../sandbox/pool.ts';
import type { Outcome } from '../../sandbox/sandbox.ts';

export type Pool = Pick<FunctionPool, 'invoke' | 'drop'>;

/** An invocation under way. */
type Running = { readonly giveUp: () => void };

const LONGEST_REST: Ms = seconds(5);

export class Sandboxes {
  /** By caller, as the services know it. */
  readonly #running = new Map<string, Running>();
  readonly #dead = new Set<string>();
  /** Invocations whose code runs, heard or not. */
  readonly #live = new Set<Promise<Outcome>>();

  isDead(caller: string): boolean {
    return this.#dead.has(caller);
  }
  isRunning(caller: string): boolean {
    return this.#running.has(caller);
  }
  /** Its calls reach nobody any more, and get no answer. */
  kill(caller: string): void {
    this.#dead.add(caller);
    this.giveUp(caller);
  }
  /** Its caller hears that its time is over; it goes on. */
  giveUp(caller: string): void {
    this.#running.get(caller)?.giveUp();
    this.#running.delete(caller);
  }

  /** Resolves when no code of a function runs any more, or after some seconds. */
  async rest(): Promise<void> {
    const enough = new Promise<void>((done) => void setTimeout(done, LONGEST_REST).unref());
    await Promise.race([enough, Promise.allSettled(this.#live)]);
  }

  /** The same pool, whose invocations may be ended. @param timeoutMs for an invocation that is short of time */
  watch(pool: FunctionPool, timeoutMs: () => number | undefined): Pool {
    return {
      drop: () => pool.drop(),
      invoke: (event, options) =>
        new Promise<Outcome>((resolve) => {
          let caller: string | undefined;
          const onStart = (name: string): void => {
            caller = name;
            const giveUp = (): void => {
              pool.drop();
              resolve({ kind: 'timed-out' });
            };
            this.#running.set(name, { giveUp });
            options?.onStart?.(name);
          };
          const short = timeoutMs();
          const live = pool.invoke(event, { ...options, ...(short && { timeoutMs: short }), onStart });
          this.#live.add(live);
          void live.then((outcome) => {
            this.#live.delete(live);
            if (caller !== undefined) this.#running.delete(caller);
            resolve(outcome);
          });
        }),
    };
  }
}
