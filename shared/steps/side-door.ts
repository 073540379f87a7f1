// Rejected, duplicate and late events are kept in S3: one object a batch, NDJSON, each row with its position. A redelivery in the
// same borders writes the same object; in other borders rows may stand twice, and readers take a position once.
import type { Objects } from '../ports.ts';
import type { EpochMs } from '../time.ts';

const day = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/** `rejected/<run>/dt=2026-01-31/<stage>/<name>.ndjson` */
export const sideDoorKey = (door: 'rejected' | 'late', run: string, stage: string, at: EpochMs, name: string): string =>
  `${door}/${run}/dt=${day(at)}/${stage}/${name}.ndjson`;

export const keepAside = async (objects: Objects, key: string, lines: readonly string[]): Promise<void> => {
  if (lines.length === 0) return;
  await objects.put(key, Buffer.from(`${lines.join('\n')}\n`), { contentType: 'application/x-ndjson' });
};
