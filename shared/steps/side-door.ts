// Rejected, duplicate and late events are kept in S3: one object a batch, NDJSON, each row with its position. A redelivery in the
// same borders writes the same object; in other borders rows may stand twice, and readers take a position once.
import { createHash } from 'node:crypto';
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

/**
 * `<borders>-<hash>`: the same lines in any order have the same name, others another. For rows that a destination refused: a batch that comes
 * again in the same borders may be sent in part already, or get less far, and must not take the place of the lines that stand there.
 */
export const nameWithLines = (borders: string, lines: readonly string[]): string =>
  `${borders}-${createHash('sha256').update(lines.toSorted().join('\n')).digest('hex').slice(0, 16)}`;
