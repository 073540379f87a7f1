// Every call of a port stops at the gate until the schedule lets it through. So one seed fixes the order of all effects, and the
// schedule can lose an answer, delay an effect, or end an invocation at any of them. Nothing sleeps.
import type { Objects, OutRecord, PutOutcome, Stream, Table, Wake } from '../../shared/ports.ts';

export type Call = {
  readonly label: string;
  /** Runs the effect and gives its answer to the caller. */
  pass(): Promise<void>;
  /** Runs the effect; the caller gets an error instead of the answer. */
  lose(error: Error): Promise<void>;
  /** The caller gets an error; nothing happens. */
  refuse(error: Error): void;
  /** For PutRecords: the effect now or later without the caller, and for some records only. */
  readonly put?: PutCall;
};
export type PutCall = {
  readonly records: readonly OutRecord[];
  /** Puts the records that `take` picks; the caller is told that the others failed. */
  partly(take: (index: number) => boolean): Promise<void>;
  /** The effect alone, for a request that lands after its caller gave up. */
  land(): Promise<void>;
};

/** One sandbox's way to the world. */
export class Gate {
  /** Calls that wait, in the order in which they were made. */
  readonly waiting: Call[] = [];
  #closed = false;

  /** The sandbox is gone: what waits is never answered, what comes is never let in. */
  close(): void {
    this.#closed = true;
    this.waiting.length = 0;
  }

  call<T>(label: string, effect: () => Promise<T>, put?: (answer: (outcome: T) => void) => PutCall): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return;
      const call: Call = {
        label,
        pass: () => this.#leave(call, effect().then(resolve, reject)),
        lose: (error) =>
          this.#leave(
            call,
            effect().then(() => reject(error), reject),
          ),
        refuse: (error) => {
          this.#remove(call);
          reject(error);
        },
        ...(put === undefined
          ? {}
          : {
              put: put((outcome) => {
                this.#remove(call);
                resolve(outcome);
              }),
            }),
      };
      this.waiting.push(call);
    });
  }

  async #leave(call: Call, done: Promise<void>): Promise<void> {
    this.#remove(call);
    await done;
  }

  #remove(call: Call): void {
    const at = this.waiting.indexOf(call);
    if (at >= 0) this.waiting.splice(at, 1);
  }
}

const THROTTLED: PutOutcome = {
  ok: false,
  code: 'ProvisionedThroughputExceededException',
  message: 'refused by the schedule',
};

export const gatedStream = (gate: Gate, stream: Stream): Stream => ({
  name: stream.name,
  put: (records) =>
    gate.call<readonly PutOutcome[]>(
      `put ${stream.name}`,
      () => stream.put(records),
      (answer) => ({
        records,
        async partly(take) {
          const taken = records.map((_, i) => take(i));
          const some = records.filter((_, i) => taken[i]);
          const done = some.length === 0 ? [] : await stream.put(some);
          let next = 0;
          answer(records.map((_, i) => (taken[i] ? (done[next++] as PutOutcome) : THROTTLED)));
        },
        async land() {
          await stream.put(records);
        },
      }),
    ),
  shards: () => gate.call(`shards ${stream.name}`, () => stream.shards()),
  hasRecordAfter: (shard, seq) => gate.call(`look ${stream.name} ${shard}`, () => stream.hasRecordAfter(shard, seq)),
});

export const gatedTable = (gate: Gate, table: Table): Table => ({
  name: table.name,
  get: (key) => gate.call(`get ${key.pk}`, () => table.get(key)),
  getMany: (keys) => gate.call('get many', () => table.getMany(keys)),
  put: (item, when) => gate.call(`write ${item.pk} ${item.sk}`, () => table.put(item, when)),
  update: (key, set, when) => gate.call(`update ${key.pk}`, () => table.update(key, set, when)),
  delete: (key) => gate.call(`delete ${key.pk}`, () => table.delete(key)),
  query: (pk, options) => gate.call(`query ${pk}`, () => table.query(pk, options)),
  putMany: (items) => gate.call('write many', () => table.putMany(items)),
});

export const gatedObjects = (gate: Gate, objects: Objects): Objects => ({
  name: objects.name,
  put: (key, bytes, options) => gate.call(`store ${key}`, () => objects.put(key, bytes, options)),
  putIfAbsent: (key, bytes, options) => gate.call(`store ${key}`, () => objects.putIfAbsent(key, bytes, options)),
  get: (key) => gate.call(`fetch ${key}`, () => objects.get(key)),
  getRange: (key, start, end) => gate.call(`fetch ${key}`, () => objects.getRange(key, start, end)),
  list: (prefix, options) => gate.call(`list ${prefix}`, () => objects.list(prefix, options)),
  delete: (keys) => gate.call('delete objects', () => objects.delete(keys)),
});

export const gatedWake = (gate: Gate, wake: Wake): Wake => ({
  send: (body, delay) => gate.call('wake', () => wake.send(body, delay)),
});
