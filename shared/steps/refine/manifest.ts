// What was decided: entries counted, windows closed, results to send. One conditional put of it is the decision (protocol, 5.4).
import { packJson, unpackJson } from '../../fold/pack.ts';
import type { Item, Nonce, Objects, Table } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';
import { mustBeHome } from '../home.ts';
import { understood } from '../ledger/format.ts';
import { reading } from '../ledger/reading.ts';

export type Cursors = Readonly<Record<string, number>>;

export type Manifest = {
  /** 0: nothing was decided yet. */
  readonly v: number;
  readonly at: EpochMs;
  /** Shard -> entries counted. */
  readonly cur: Cursors;
  /** Query -> watermark up to which its windows are closed. */
  readonly closed: Readonly<Record<string, EpochMs>>;
  /** Query -> the last decision that sent early rows of it. */
  readonly early: Readonly<Record<string, EarlySent>>;
  /** Query that a deploy added -> event time up to which it may have missed events. */
  readonly since: Readonly<Record<string, EpochMs>>;
  /** Count part of the next outbox number. */
  readonly next: number;
  /** Epoch part: raised by a restore. */
  readonly epoch: number;
  /** Epoch of `out`: a restore raises the other one, and what was decided before it keeps its numbers. */
  readonly outEpoch: number;
  readonly out: Outgoing | null;
  readonly sent: boolean;
  readonly snap: { readonly name: string; readonly at: EpochMs } | null;
};

/** Time of the decision, and the entries that were counted in it: what came after them was not told early yet. */
export type EarlySent = { readonly at: EpochMs; readonly cur: Cursors };

/** A row as it is sent: number and CloudEvent. */
export type OutRow = { readonly query: string; readonly no: number; readonly key: string; readonly event: string };
export type OutMark = { readonly query: string; readonly watermark: EpochMs };
export type Outgoing = {
  readonly rows: readonly OutRow[];
  readonly marks: readonly OutMark[];
  /** The number of all marks. */
  readonly markNo: number;
  /** Late and failed events of the entries newly counted. */
  readonly side: readonly unknown[];
  /** Results that could not be sent, as lines for `rejected`. */
  readonly refused?: readonly unknown[];
};

export const NO_MANIFEST: Manifest = {
  v: 0,
  at: 0,
  cur: {},
  closed: {},
  early: {},
  since: {},
  next: 1,
  epoch: 0,
  outEpoch: 0,
  out: null,
  sent: true,
  snap: null,
};

/** 6 digits epoch, 14 digits count: compared as text. */
export const outboxNumber = (epoch: number, count: number): string =>
  `${String(epoch).padStart(6, '0')}${String(count).padStart(14, '0')}`;

const nameOf = (item: Item): string => `${item.pk} ${item.sk}`;

const INLINE_BYTES = 11 * 1024;

type Body = Pick<Manifest, 'cur' | 'closed' | 'snap' | 'early' | 'since'>;

export type Manifests = {
  read(): Promise<Manifest>;
  /** Decides: true when this manifest is now the one. Never leaves it open: a lost answer is read again. */
  decide(before: Manifest, next: Manifest): Promise<boolean>;
  markSent(m: Manifest): Promise<void>;
};

export const manifests = (deps: {
  table: Table;
  objects: Objects;
  nonce: Nonce;
  run: string;
  fn: string;
  part: number;
}): Manifests => {
  const key = { pk: `man#${deps.run}#${deps.fn}`, sk: String(deps.part) };

  const outOf = async (item: Item): Promise<Outgoing | null> => {
    if (item.sent === true) return null;
    const inline = item.o;
    if (inline instanceof Uint8Array) return reading(nameOf(item), () => unpackJson(inline) as Outgoing);
    const name = item.oo as string | undefined;
    if (name === undefined) return null;
    const bytes = await deps.objects.get(name);
    if (bytes === undefined)
      throw new Error(`${deps.objects.name} has no object ${name}, named by the manifest of ${deps.fn}`);
    return reading(`${deps.objects.name}/${name}`, () => unpackJson(bytes) as Outgoing);
  };

  return {
    async read() {
      const item = await deps.table.get(key);
      if (item === undefined) return NO_MANIFEST;
      understood('manifest of refine', item);
      mustBeHome(deps.table.name, (item.home as string | undefined) ?? deps.table.name);
      const body = reading(nameOf(item), () => unpackJson(item.b as Uint8Array) as Body);
      return {
        v: item.v as number,
        at: item.at as number,
        next: item.next as number,
        epoch: item.epoch as number,
        outEpoch: (item.oe as number | undefined) ?? (item.epoch as number),
        sent: item.sent as boolean,
        ...body,
        // Manifests of older versions have none.
        early: body.early ?? {},
        since: body.since ?? {},
        out: await outOf(item),
      };
    },

    async decide(before, next) {
      const id = deps.nonce();
      const body: Body = { cur: next.cur, closed: next.closed, snap: next.snap, early: next.early, since: next.since };
      const out = packJson(next.out);
      const stored: Record<string, Uint8Array | string> = {};
      if (out.length <= INLINE_BYTES) stored.o = out;
      else {
        const name = `${deps.run}/${deps.fn}/out/${deps.part}/${id}`;
        await deps.objects.put(name, out);
        stored.oo = name;
      }
      const item: Item = {
        ...key,
        v: next.v,
        at: next.at,
        next: next.next,
        epoch: next.epoch,
        home: deps.table.name,
        sent: next.sent,
        id,
        b: packJson(body),
        ...stored,
      };
      try {
        const written = await deps.table.put(
          item,
          before.v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },
        );
        // Refused by an item with this id: an earlier try of the same put had been taken.
        return written.ok || written.found?.id === id;
      } catch {
        return (await deps.table.get(key))?.id === id;
      }
    },

    async markSent(m) {
      // A failure costs one more sending, which is harmless.
      await deps.table.update(key, { sent: true }, { kind: 'equals', field: 'v', value: m.v }).catch(() => undefined);
    },
  };
};
