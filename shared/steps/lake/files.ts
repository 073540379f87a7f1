// Names in the lake. What a roll-up writes: lake/type=<table>/dt=2026-01-31/hour=09/<shard>-<run>-<v>.parquet, by event time in UTC; what a
// compaction writes: compacted/<generation>/type=…/dt=…/hour=…/. No folder of a generation lies inside another's, since readers of a
// location read what is below it, too. A name belongs to one decision and is never used for other rows.
import { showInstant } from '../../event/instant.ts';
import type { Objects } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';

const ROOT = 'lake/';
const COMPACTED = 'compacted/';
const VERSION_DIGITS = 9; // a roll-up a minute fills 1,900 years
const GENERATION_DIGITS = 6;

/** `dt=2026-01-31/hour=09` */
export const lakePart = (time: EpochMs): string => {
  const at = showInstant(time);
  return `dt=${at.slice(0, 10)}/hour=${at.slice(11, 13)}`;
};

/** The first instant after a partition. */
export const endOfPart = (part: string): EpochMs =>
  Date.parse(`${part.slice('dt='.length, 'dt=2026-01-31'.length)}T${part.slice(-2)}:00:00Z`) + 3_600_000;

/** Names are percent-encoded as Hive does, all but letters, digits and _-.~ */
const typed = (table: string): string => `type=${encodeURIComponent(table)}/`;

/** Where the files of a generation of a partition lie. The first is what roll-ups write while nothing was compacted. */
export const generationFolder = (table: string, part: string, generation: number): string =>
  generation === 1
    ? `${ROOT}${typed(table)}${part}/`
    : `${COMPACTED}${String(generation).padStart(GENERATION_DIGITS, '0')}/${typed(table)}${part}/`;

export const lakeFileName = (shard: string, run: string, version: number): string =>
  `${shard}-${run}-${String(version).padStart(VERSION_DIGITS, '0')}.parquet`;

export type LakeFile = {
  readonly key: string;
  readonly size: number;
  readonly table: string;
  readonly dt: string;
  readonly hour: string;
};

const NAME = /^(?:lake|compacted\/\d+)\/type=([^/]+)\/dt=([^/]+)\/hour=(\d\d)\/[^/]+\.parquet$/;

export const lakeFileOf = ({ key, size }: { readonly key: string; readonly size: number }): readonly LakeFile[] => {
  const [, type, dt, hour] = NAME.exec(key) ?? [];
  if (type === undefined || dt === undefined || hour === undefined) return [];
  return [{ key, size, table: decodeURIComponent(type), dt, hour }];
};

/** All files of the first generation, or of one table, in the order of their names: the whole lake while nothing was compacted. */
export const lakeFiles = async (objects: Objects, table?: string): Promise<readonly LakeFile[]> =>
  (await objects.list(table === undefined ? ROOT : `${ROOT}${typed(table)}`)).flatMap(lakeFileOf);
