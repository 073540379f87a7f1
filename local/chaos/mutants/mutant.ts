// A mutant: the real code with one protection taken away. The suite must turn red for each of them.

/** One replacement in the text of a source file; `find` must stand in it exactly once. */
export type Edit = { readonly file: string; readonly find: string; readonly replace: string };

export type Mutant = {
  /** The simulator's name of the switch where it has one. */
  readonly name: string;
  /** The rule that is taken away, in words. */
  readonly protects: string;
  /** Where the protocol states it. */
  readonly section: string;
  readonly edits: readonly Edit[];
  /** Plays with small limits, so that objects, snapshots and cut aggregates occur in every schedule. */
  readonly small?: true;
  /** The directed schedule that catches it, of test/path/directed/. Without one, random schedules must. */
  readonly directed?: string;
};

export const edit = (file: string, find: string, replace: string): Edit => ({ file, find, replace });
