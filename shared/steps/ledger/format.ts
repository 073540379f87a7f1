// The format of what is kept between two deploys. An item, or the JSON of an object, names its format in `fv`; without it the format is 1, so
// that the first one costs no byte. Readers take their own format and older ones, and stop at a newer one before they read anything of it.
import { Fault } from '../../faults.ts';

export const FORMAT = 'fv';

/** What this build reads up to, and writes. docs/migration.md says how a number is raised. */
export const FORMATS = {
  'entry of a ledger': 1,
  'floor of a ledger': 1,
  'manifest of refine': 1,
  'snapshot of refine': 1,
  'checkpoint of a hop': 1,
  'tree of shards': 1,
  'claim of an id': 1,
  'grant to send again': 1,
  'home of the state': 1,
  'partition of the lake': 1,
  'manifest of the lake': 1,
  'state of an alert': 1,
  'cursor of the books': 1,
} as const;

export type Kind = keyof typeof FORMATS;

/**
 * @param found what holds the format: an item, or the parsed JSON of an object; undefined: there is none
 * @param where pk and sk of the item, or the object's name
 * @throws Fault state.newer: a build that knows the newer format has written it, and this one must not touch it
 */
export const mustUnderstand = <T>(kind: Kind, found: T, where: string): T => {
  const format = (found as { readonly [FORMAT]?: unknown } | null | undefined)?.[FORMAT] ?? 1;
  const understood = FORMATS[kind];
  if (typeof format === 'number' && format <= understood) return found;
  throw new Fault(
    'state.newer',
    `${where} is a ${kind} of format ${format}, and this build reads up to ${understood}: deploy the build that wrote it or a newer one; nothing was read or changed (docs/migration.md)`,
  );
};

/** The same for an item of a table. */
export const understood = <I extends { readonly pk: string; readonly sk: string } | undefined>(
  kind: Kind,
  item: I,
): I => (item === undefined ? item : mustUnderstand(kind, item, `${item.pk} ${item.sk}`));
