// Every call of a port stops at the gate until the schedule lets it through. So one seed fixes the order of all effects, and the
// schedule can lose an answer, delay an effect, or end an invocation at any of them. Nothing sleeps.
import type { FaultCode } from '../../shared/faults.ts';
import type { Objects, OutRecord, PutOutcome, Stream, Table, Wake } from '../../shared/ports.ts';

/** `stream`: PutRecords. `write`: a write of an item or an object. `read`: anything that changes nothing. */
export type CallKind = 'stream' | 'write' | 'read';

export type Call = {
  readonly label: string;
  readonly kind: CallKind;
  /** What the service says when it refuses, and when nobody knows what became of the call. */
  readonly faults: { readonly refused: FaultCode; readonly unknown: FaultCode };
  /** Runs the effect and gives its answer to the caller. */
  pass(): Promise<void>;
  /** Runs the effect; the caller gets an error instead of the answer. */
  lose(error: Error): Promise<void>;
  /** The caller gets an error; nothing happens. */
  refuse(error: Error): void;
  /** The effect alone, for a request that lands after its caller gave up. What the service then answers, nobody hears. */
  land(): Promise<void>;
  /** For PutRecords: puts the records that `take` picks; the caller is told that the others failed. */
  readonly put?: PutCall;
  /** For a batch call to a destination, each of whose entries may fail by itself. */
  readonly entries?: EntriesCall;
  /** The destination outside that it goes to. */
  readonly destination?: OutsideName;
};
export const OUTSIDE_NAMES = ['warehouse', 'bus', 'hook', 'topic', 'engine'] as const;
export type OutsideName = (typeof OUTSIDE_NAMES)[number];
export type EntriesCall = { readonly count: number; partly(take: (index: number) => boolean): Promise<void> };
export type PutCall = {
  readonly records: readonly OutRecord[];
  partly(take: (index: number) => boolean): Promise<void>;
};

type Wanted<T> = Pick<Call, 'label' | 'kind' | 'faults' | 'destination'> & {
  readonly effect: () => Promise<T>;
  readonly put?: (answer: (outcome: T) => void) => PutCall;
  readonly entries?: (answer: (outcome: T) => void) => EntriesCall;
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

  call<T>({ effect, put, entries, ...named }: Wanted<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return;
      const leave = () => this.#remove(call);
      const answered = (outcome: T) => {
        leave();
        resolve(outcome);
      };
      const call: Call = {
        ...named,
        async pass() {
          leave();
          await effect().then(resolve, reject);
        },
        async lose(error) {
          leave();
          await effect().then(() => reject(error), reject);
        },
        refuse(error) {
          leave();
          reject(error);
        },
        async land() {
          await effect().catch(() => undefined);
        },
        ...(put && { put: put(answered) }),
        ...(entries && { entries: entries(answered) }),
      };
      this.waiting.push(call);
    });
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

const STREAM = { refused: 'stream.throttled', unknown: 'stream.unavailable' } as const;
const TABLE = { refused: 'table.throttled', unknown: 'table.unavailable' } as const;
const OBJECTS = { refused: 'objects.unavailable', unknown: 'objects.unavailable' } as const;
const QUEUE = { refused: 'queue.unavailable', unknown: 'queue.unavailable' } as const;

export const gatedStream = (gate: Gate, stream: Stream): Stream => {
  const read = <T>(label: string, effect: () => Promise<T>) =>
    gate.call({ label, kind: 'read', faults: STREAM, effect });
  return {
    name: stream.name,
    ...(stream.grows && { grows: true }),
    put: (records) =>
      gate.call<readonly PutOutcome[]>({
        label: `put ${stream.name} x${records.length}`,
        kind: 'stream',
        faults: STREAM,
        effect: () => stream.put(records),
        put: (answer) => ({
          records,
          async partly(take) {
            const taken = records.map((_, i) => take(i));
            const some = records.filter((_, i) => taken[i]);
            const done = some.length === 0 ? [] : await stream.put(some);
            let next = 0;
            answer(records.map((_, i) => (taken[i] ? (done[next++] as PutOutcome) : THROTTLED)));
          },
        }),
      }),
    shards: () => read(`shards ${stream.name}`, () => stream.shards()),
    hasRecordAfter: (shard, seq) => read(`look ${stream.name} ${shard}`, () => stream.hasRecordAfter(shard, seq)),
  };
};

export const gatedTable = (gate: Gate, table: Table): Table => {
  const call =
    (kind: CallKind) =>
    <T>(label: string, effect: () => Promise<T>) =>
      gate.call({ label, kind, faults: TABLE, effect });
  const read = call('read');
  const write = call('write');
  return {
    name: table.name,
    get: (key) => read(`get ${key.pk}`, () => table.get(key)),
    getMany: (keys) => read('get many', () => table.getMany(keys)),
    put: (item, when) => write(`write ${item.pk} ${item.sk}`, () => table.put(item, when)),
    update: (key, set, when) => write(`update ${key.pk}`, () => table.update(key, set, when)),
    delete: (key) => write(`delete ${key.pk}`, () => table.delete(key)),
    query: (pk, options) => read(`query ${pk}`, () => table.query(pk, options)),
    putMany: (items) => write('write many', () => table.putMany(items)),
  };
};

export const gatedObjects = (gate: Gate, objects: Objects): Objects => {
  const call =
    (kind: CallKind) =>
    <T>(label: string, effect: () => Promise<T>) =>
      gate.call({ label, kind, faults: OBJECTS, effect });
  const read = call('read');
  const write = call('write');
  return {
    name: objects.name,
    put: (key, bytes, options) => write(`store ${key}`, () => objects.put(key, bytes, options)),
    putIfAbsent: (key, bytes, options) => write(`store ${key}`, () => objects.putIfAbsent(key, bytes, options)),
    get: (key) => read(`fetch ${key}`, () => objects.get(key)),
    getRange: (key, start, end) => read(`fetch ${key}`, () => objects.getRange(key, start, end)),
    list: (prefix, options) => read(`list ${prefix}`, () => objects.list(prefix, options)),
    delete: (keys) => write('delete objects', () => objects.delete(keys)),
  };
};

export const gatedWake = (gate: Gate, wake: Wake): Wake => ({
  send: (body, delay) =>
    gate.call({ label: 'wake', kind: 'read', faults: QUEUE, effect: () => wake.send(body, delay) }),
});

/** A call that only waits for its turn: a look-up, a back-off. */
export const gatedTurn = <T>(gate: Gate, label: string, effect: () => Promise<T>): Promise<T> =>
  gate.call({ label, kind: 'read', faults: TABLE, effect });
