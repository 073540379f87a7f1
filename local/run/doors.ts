/** The named doors that every event leaves by. `in` is counted where the event came from, the others where it went. */
export type Doors = {
  readonly in: number;
  readonly passed: number;
  readonly filtered: number;
  readonly rejected: number;
  readonly late: number;
  readonly duplicate: number;
};

export const NO_DOORS: Doors = { in: 0, passed: 0, filtered: 0, rejected: 0, late: 0, duplicate: 0 };

export const sumDoors = (all: readonly Doors[]): Doors =>
  all.reduce((sum, d) => {
    const add = (door: keyof Doors): number => sum[door] + d[door];
    return {
      in: add('in'),
      passed: add('passed'),
      filtered: add('filtered'),
      rejected: add('rejected'),
      late: add('late'),
      duplicate: add('duplicate'),
    };
  }, NO_DOORS);

/** in = passed + filtered + rejected + late + duplicate */
export const balances = (d: Doors): boolean => d.in === d.passed + d.filtered + d.rejected + d.late + d.duplicate;
