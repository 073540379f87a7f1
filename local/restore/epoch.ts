// The first part of an outbox number: one for each table that ever held the state. It stands in the bucket, which no restore takes back, so that
// two restores to the same instant never number different rows alike.
import type { Objects } from '../../shared/ports.ts';

const folder = (run: string): string => `restores/${run}/`;
const DIGITS = 6; // as in the outbox number
const TRIES = 100;

/**
 * Takes the next epoch for good; one that is taken and never used costs nothing.
 * @param above the greatest one that any manifest at hand has
 */
export const takeEpoch = async (objects: Objects, run: string, above: number, who: string): Promise<number> => {
  const taken = (await objects.list(folder(run))).map(({ key }) => Number(key.slice(folder(run).length)));
  let epoch = Math.max(above, 0, ...taken) + 1;
  for (let tries = 0; tries < TRIES; tries++, epoch++)
    if (await objects.putIfAbsent(`${folder(run)}${String(epoch).padStart(DIGITS, '0')}`, Buffer.from(who)))
      return epoch;
  throw new Error(`${objects.name}/${folder(run)}: others took ${TRIES} epochs in a row`);
};
