// The port Wake in memory: keeps what was sent, so that a test can look at it and hand it on.
import type { Wake } from '../ports.ts';

export type Sent = { readonly body: string; readonly delaySeconds: number };
export type MemoryWake = Wake & {
  /** What was sent and not taken yet, oldest first. */
  waiting(): readonly Sent[];
  /** The same, and forgets it. */
  take(): readonly Sent[];
};

export const memoryWake = (): MemoryWake => {
  let sent: Sent[] = [];
  return {
    async send(body, delaySeconds = 0) {
      sent.push({ body, delaySeconds });
    },
    waiting: () => [...sent],
    take() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
};
