// CPU per unit of work, compared inside one process: the machine's noise falls on all sides alike.

/** Does the work once and says how many units it did. */
export type Work = () => number | Promise<number>;

/**
 * Median µs of CPU (user + system) per unit for each side. Sides run in turn, round by round.
 * Garbage, under --expose-gc: the young generation is emptied before each turn, and again inside its time, so that each side pays for
 * its own garbage and for no other's. (Without the first a side would pay for its neighbour; without the second one that makes much
 * would leave it to be collected unpaid. A full collection would also throw away compiled code, which no running function does.)
 */
export const cpuRounds = async <Side extends string>(
  sides: Readonly<Record<Side, Work>>,
  { rounds = 21, warm = 6 }: { rounds?: number; warm?: number } = {},
): Promise<Record<Side, number>> => {
  const names = Object.keys(sides) as Side[];
  const samples = new Map<Side, number[]>(names.map((name) => [name, []]));
  for (let round = -warm; round < rounds; round++) {
    for (const name of names) {
      globalThis.gc?.({ type: 'minor' });
      const before = process.cpuUsage();
      const units = await sides[name]();
      globalThis.gc?.({ type: 'minor' });
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) samples.get(name)?.push((user + system) / units);
    }
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<Side, number>;
};
