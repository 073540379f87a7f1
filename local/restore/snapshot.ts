// The state as one object: `snapshots/<run>/<instant>.json.zst`, items as lines of JSON in blocks. It names its version; a reader takes that
// version and older ones.
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { Item, Objects, Scalar } from '../../shared/ports.ts';
import type { EpochMs } from '../../shared/time.ts';
import { RestoreError } from './bring-back.ts';
import { cutOf } from './cut.ts';

export const SNAPSHOT_VERSION = 1;
type Stored = readonly (readonly [name: string, value: string | number | boolean | { readonly b: string }])[];
type Snapshot = {
  readonly version: number;
  readonly run: string;
  readonly at: EpochMs;
  readonly items: readonly Stored[];
};

const stored = (item: Item): Stored =>
  Object.entries(item).map(([name, v]) => [
    name,
    v instanceof Uint8Array ? { b: Buffer.from(v).toString('base64') } : (v as Exclude<Scalar, Uint8Array>),
  ]);
const itemOf = (s: Stored): Item =>
  Object.fromEntries(s.map(([name, v]) => [name, typeof v === 'object' ? Buffer.from(v.b, 'base64') : v])) as Item;

export const snapshotName = (run: string, at: EpochMs): string =>
  `snapshots/${run}/${new Date(at).toISOString().replaceAll(':', '-')}.json.zst`;

/** @throws RestoreError when functions wrote meanwhile, so that the items are no safe cut */
export const takeSnapshot = async (
  items: AsyncIterable<Item> | Iterable<Item>,
  objects: Objects,
  run: string,
  at: EpochMs,
): Promise<{ readonly name: string; readonly items: number; readonly bytes: number }> => {
  const cut = cutOf(run);
  const all: Stored[] = [];
  for await (const item of items) {
    cut.add(item);
    all.push(stored(item));
  }
  const torn = cut.faults();
  if (torn.length > 0)
    throw new RestoreError(`the pipeline went on while its state was read, try again: ${torn.slice(0, 3).join('; ')}`);
  const bytes = packJson({ version: SNAPSHOT_VERSION, run, at, items: all } satisfies Snapshot);
  const name = snapshotName(run, at);
  await objects.put(name, bytes);
  return { name, items: all.length, bytes: bytes.length };
};

/** @throws RestoreError when there is none, or it is of a newer version or of another run */
export const readSnapshot = async (objects: Objects, name: string, run: string): Promise<readonly Item[]> => {
  if (!name.startsWith(`snapshots/${run}/`))
    throw new RestoreError(`"${name}" is no snapshot; one is called snapshots/${run}/…`);
  const bytes = await objects.get(name);
  if (bytes === undefined) throw new RestoreError(`${objects.name} has no snapshot ${name}`);
  const found = unpackJson(bytes) as Snapshot;
  if (found.version > SNAPSHOT_VERSION)
    throw new RestoreError(`${name} is of version ${found.version}; this millrace reads up to ${SNAPSHOT_VERSION}`);
  if (found.run !== run) throw new RestoreError(`${name} is of run ${found.run}; this stage has run ${run}`);
  return found.items.map(itemOf);
};
