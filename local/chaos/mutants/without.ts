// Protections without a mutant, and why: no counterpart in the code, or nothing that a schedule could show.

export type Without = { readonly name: string; readonly why: string };

/** Switches of the simulator. */
export const noCounterpart: readonly Without[] = [
  {
    name: 'withThrough',
    why: 'an entry is always a whole batch, so a shard’s position never cuts a record in two; `through` filters nothing but ancestors',
  },
  { name: 'noRetireEnd', why: 'queries are not retired yet: there is no boundary and no END on refined lanes' },
  {
    name: 'prune2x',
    why: 'the bound is a constant of 30 days, not a sum over the streams; `pruneEarly` takes it away',
  },
  {
    name: 'tickAtSend',
    why: 'the sender decides nothing: it puts a tick to each open shard. Head’s side is `tickAll`',
  },
];

/** Code that changes no result when it is left out. */
export const notNeeded: readonly Without[] = [
  {
    name: '`laterMark` in inherit.ts',
    why: 'the point of a group lies in one parent only, and a lane belongs to one group: no lane is ever inherited on two ways',
  },
  {
    name: '`par` barrier or second pass in refine.ts',
    why: 'each alone is enough: shards are read again until nothing is new, and a child’s entry is put after its parents’ were there. `noBarrier` takes both away',
  },
  {
    name: 'touched keys in the memory of a run without decision',
    why: 'a touched key of a closed window is due at once, so such a run always decides; one of an open window is told with all keys when it closes',
  },
  {
    name: '`dropDead` in `stateAt`',
    why: 'rows of closed windows are not due again and every decision drops them; it only frees memory earlier',
  },
  {
    name: 'comparing `id` when a manifest put failed',
    why: 'a run that takes its own decision for lost stops, and the next one sends; it only saves that delay. Believing it is `assumeWon`',
  },
  {
    name: 'a hop’s rejected events stored before its checkpoint',
    why: 'the checkpoint skips nothing: a batch comes again until the function has answered, and that is after both. Answering before is `rejectsBestEffort`',
  },
  {
    name: 'the greater of old and new watermark in refine.ts',
    why: 'a lane’s clock never falls and a child joins with its parent’s in the entry that ends the parent, so the least clock never falls; random schedules assert it',
  },
];
