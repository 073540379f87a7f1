// Which objects a bucket's lifecycle rules let expire, and that none of them is kept for good: what was rejected, what history is run again
// from, and what a restore needs.
import { type Complaints, type Fields, fieldsOf } from './fields.ts';
import { plain, type Tree } from './tree.ts';

/** A rule that removes current versions. */
export type Expiry = { readonly prefix: string; readonly days: number };

/** Folders of the data bucket that no rule may touch. */
export const KEPT_FOR_GOOD = [
  'archive/',
  'compacted/',
  'lake/',
  'late/',
  'rejected/',
  'repaired/',
  'restored/',
  'restores/', // epochs that were taken: one that comes twice numbers different rows alike
  'snapshots/',
] as const;

/** An entry lives 30 days, DynamoDB may take 2 more to delete one; what it names must outlive it. */
export const LEDGER_DAYS = 32;

const text = (tree: Tree): string => String(plain(tree));

const expiriesOf = (bucket: Fields, complaints: Complaints): readonly (Expiry & { readonly tree: Tree })[] =>
  bucket
    .map('LifecycleConfiguration')
    .list('Rules')
    .flatMap((tree) => {
      const rule = fieldsOf(tree, 'Rules', complaints, text);
      if (rule.text('Status', 'Enabled') !== 'Enabled' || !(rule.has('ExpirationInDays') || rule.has('ExpirationDate')))
        return [];
      const days = rule.has('ExpirationDate') ? 0 : rule.number('ExpirationInDays');
      return [{ prefix: rule.text('Prefix', ''), days, tree }];
    });

/** Every rule that lets objects expire; a rule that would remove what is kept, or removes too early, is a complaint. */
export const expiries = (bucket: Fields, complaints: Complaints): readonly Expiry[] =>
  expiriesOf(bucket, complaints).map(({ prefix, days, tree }) => {
    const hit = KEPT_FOR_GOOD.filter((kept) => kept.startsWith(prefix) || prefix.startsWith(kept));
    if (hit.length > 0)
      complaints.say(
        tree.at,
        `objects under "${prefix}" would expire, and ${hit.join(', ')} must stay; a run is a number, --param run=2`,
      );
    else if (days < LEDGER_DAYS)
      complaints.say(
        tree.at,
        `objects under "${prefix}" expire after ${days} days; entries of the ledger name them for ${LEDGER_DAYS}`,
      );
    return { prefix, days };
  });
