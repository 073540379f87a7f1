// What of a schedule is run a second time.
/** Queries that write to the results table. */
export const REPLAYED = ['hops', 'numbers', 'totals'] as const;
/** How operators end a replay. `race`: some switch, some cancel. */
export type Ends = 'switch' | 'cancel' | 'race';
