// How long work tells that it goes on: one line that is rewritten on a terminal, plain lines elsewhere.

export type Progress = {
  /** Replaces the line on a terminal; elsewhere at most one line each `everyMs`. */
  update(text: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** Removes what `update` left. */
  end(): void;
};

type Out = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

export const progress = (
  out: Out = process.stderr,
  { everyMs = 5_000, now = Date.now }: { everyMs?: number; now?: () => number } = {},
): Progress => {
  let shown = false;
  let last = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (shown) out.write('\r\u001b[2K');
    shown = false;
  };
  return {
    update(text) {
      if (out.isTTY) {
        if (now() - last < 100) return;
        clear();
        out.write(text.slice(0, (out.columns ?? 80) - 1));
        shown = true;
      } else {
        if (now() - last < everyMs) return;
        out.write(`${text}\n`);
      }
      last = now();
    },
    line(text) {
      clear();
      out.write(`${text}\n`);
    },
    end: clear,
  };
};
