// Names of the lake's files: lake/type=<table>/dt=2026-01-31/hour=09/<shard>-<run>-<v>.parquet, by event time in UTC. A name belongs to
// one decision of one shard and is never used for other rows.
import { showInstant } from '../../event/instant.ts';
import type { Objects } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';

const ROOT = 'lake/';
const VERSION_DIGITS = 9; // a roll-up a minute fills 1,900 years

/** `type=<table>/dt=…/hour=…/`; other signs than letters, digits and _-.~ are percent-encoded, as Hive does. */
export const lakeFolder = (table: string, time: EpochMs): string => {
  const at = showInstant(time);
  return `${ROOT}type=${encodeURIComponent(table)}/dt=${at.slice(0, 10)}/hour=${at.slice(11, 13)}/`;
};

export const lakeFile = (folder: string, shard: string, run: string, version: number): string =>
  `${folder}${shard}-${run}-${String(version).padStart(VERSION_DIGITS, '0')}.parquet`;

export type LakeFile = {
  readonly key: string;
  readonly size: number;
  readonly table: string;
  readonly dt: string;
  readonly hour: string;
};

const NAME = /^lake\/type=([^/]+)\/dt=([^/]+)\/hour=(\d\d)\/[^/]+\.parquet$/;

/** All files of the lake, or of one table, in the order of their names. Every file that is there is whole and counts. */
export const lakeFiles = async (objects: Objects, table?: string): Promise<readonly LakeFile[]> => {
  const prefix = table === undefined ? ROOT : `${ROOT}type=${encodeURIComponent(table)}/`;
  return (await objects.list(prefix)).flatMap(({ key, size }) => {
    const [, type, dt, hour] = NAME.exec(key) ?? [];
    if (type === undefined || dt === undefined || hour === undefined) return [];
    return [{ key, size, table: decodeURIComponent(type), dt, hour }];
  });
};
