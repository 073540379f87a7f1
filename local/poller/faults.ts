// What a test may do to a mapping. Lambda promises none of it away: delivery is at least once.

export type Delivery = {
  readonly function: string;
  readonly stream: string;
  readonly shard: string;
  readonly firstSeq: string;
  /** How many records the invocation would carry. */
  readonly records: number;
  /** 1 for the first time. */
  readonly attempt: number;
};

export type DeliveryFault = {
  /** Carry only the first `take` records; the others come with the next batch. */
  readonly take?: number;
  /**
   * kill:   let the handler finish, then lose its answer and its sandbox, as a crash before the checkpoint does
   * repeat: lose the answer only
   * zombie: do not wait for the handler; the same records are delivered again while it still runs
   * Each time the records come again with fresh borders.
   */
  readonly then?: 'kill' | 'repeat' | 'zombie';
};

export type PollerFaults = {
  readonly deliver?: (delivery: Delivery) => DeliveryFault | undefined;
  /** Offer shards before their parents were read. */
  readonly anyOrder?: boolean;
};
