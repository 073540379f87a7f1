// Puts right what `verify` found different, in the results table.
//
// A repair's version is the number of the marks of the last decision that was made when verify began (`manifest.next` - 1). No row ever has
// that number; every row that was decided before has a smaller one, every row that will be decided a greater one. So a row that was decided
// before and is delivered again, however late, does not take the repair's place (the sink's condition refuses it), and the next genuine
// revision does. Verify reads the manifest before the archive, so a row that it had not seen has a greater number than its repair.
// A row whose version is greater than all that was decided was written by nobody of ours, and would refuse genuine revisions for good: it is
// replaced under the condition that it still stands there.
import { position } from '../../lanes/position.ts';
import type { Item, Table } from '../../ports.ts';
import { type Manifest, outboxNumber } from '../refine/manifest.ts';
import type { Difference } from './compare.ts';

/** `newer`: a later decision wrote there meanwhile; run verify again. */
export type Repaired = { readonly difference: Difference; readonly outcome: 'written' | 'newer' };

export const repairVersion = ({ epoch, next }: Pick<Manifest, 'epoch' | 'next'>): string =>
  position(outboxNumber(epoch, next - 1), 0);

/**
 * @param then the manifest as it was before the archive was read
 * @param now  as it is
 */
export const repair = async (
  results: Table,
  differences: readonly Difference[],
  then: Pick<Manifest, 'epoch' | 'next'>,
  now: Pick<Manifest, 'epoch' | 'next'>,
): Promise<readonly Repaired[]> => {
  const [ver, decided] = [repairVersion(then), repairVersion(now)];
  const out: Repaired[] = [];
  for (const difference of differences) {
    const { pk, id, row, version } = difference;
    const item: Item = { pk, sk: '-', ver, id, ...(row === null ? { deleted: true } : { row }) };
    const foreign = version !== null && version > decided;
    const written = await results.put(
      item,
      foreign ? { kind: 'equals', field: 'ver', value: version } : { kind: 'below', field: 'ver', value: ver },
    );
    // A second repair of the same state has the same version as the first.
    const again = !written.ok && written.found?.ver === ver ? await rewrite(results, item) : written.ok;
    out.push({ difference, outcome: again ? 'written' : 'newer' });
  }
  return out;
};

const rewrite = async (results: Table, item: Item): Promise<boolean> =>
  (await results.put(item, { kind: 'equals', field: 'ver', value: item.ver as string })).ok;
