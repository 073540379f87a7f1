// What a user is told of a run that did its work, but hardly the work that was meant.
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import type { Plan } from '../../shared/query/plan.ts';
import type { Doors } from './doors.ts';
import type { Tally } from './input.ts';

/** `12 × schema.mismatch, 3 × body.not-json`, the most frequent first. */
const reasons = (rejected: readonly RejectedEvent[]): string =>
  [...Map.groupBy(rejected, (r) => r.rule)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([rule, all]) => `${all.length} × ${rule}`)
    .join(', ');

/** @param stages doors of `ingest` and of what follows */
export const hintsOf = (
  stages: Readonly<Record<string, Doors>>,
  rejected: readonly RejectedEvent[],
  { untyped }: Tally,
  { tables }: Plan,
): readonly string[] => {
  const { in: read = 0 } = stages.ingest ?? {};
  const { passed = 0 } = stages.validate ?? {};
  const all = rejected.filter((r) => r.door === 'rejected');
  const hints: string[] = [];
  if (read === 0) hints.push('The input has no lines: nothing was done.');
  else if (passed === 0 && all.length >= read)
    hints.push(`No event passed: every line was rejected (${reasons(all)}).`);
  if (untyped > 0) {
    const names = tables.filter((t) => t.types.length === 1).map((t) => t.name);
    const say = untyped === 1 ? '1 line is plain JSON' : `${untyped} lines are plain JSON`;
    hints.push(
      `${say} in a file given without its table, so nothing says what type of event it is. ` +
        `Name the table: --input ${names[0] ?? 'TABLE'}=FILE (tables: ${names.join(', ')}).`,
    );
  }
  return hints;
};
