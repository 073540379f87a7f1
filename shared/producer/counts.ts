/** One call: how many events it carried, and what became of them. */
export type Told = {
  readonly events: number;
  readonly bytes: number;
  stored: number;
  refused: number;
  /** Go again. */
  again: number;
  /** Tried for as long as `patience` says. */
  givenUp: number;
  readonly ms: number;
};

/** Since the producer was made: put = stored + refused + notStored + unknown + waiting. */
export type Counts = {
  readonly put: number;
  readonly stored: number;
  readonly refused: number;
  readonly notStored: number;
  readonly unknown: number;
  readonly waiting: number;
  readonly calls: number;
  readonly bytes: number;
  /** Entries that were sent again. */
  readonly again: number;
};

export const counter = () => {
  const all = { put: 0, stored: 0, refused: 0, notStored: 0, unknown: 0, calls: 0, bytes: 0, again: 0 };
  return {
    put(): void {
      all.put += 1;
    },
    stored(): void {
      all.stored += 1;
    },
    failed(kind: 'refused' | 'not-stored' | 'unknown'): void {
      all[kind === 'not-stored' ? 'notStored' : kind] += 1;
    },
    called(told: Told): void {
      all.calls += 1;
      all.bytes += told.bytes;
      all.again += told.again;
    },
    counts: (waiting: number): Counts => ({ ...all, waiting }),
  };
};
