// Every mutant, in the order of an event's way.

import { compaction } from './compaction.ts';
import { deploys } from './deploys.ts';
import { doors } from './doors.ts';
import { growths } from './growth.ts';
import { head } from './head.ts';
import { hops } from './hops.ts';
import { keyed } from './keyed.ts';
import { lanes } from './lanes.ts';
import { ledgers } from './ledger.ts';
import { messages } from './messages.ts';
import type { Mutant } from './mutant.ts';
import { refines } from './refine.ts';
import { relations } from './relations.ts';
import { replays } from './replay.ts';
import { restores } from './restore.ts';
import { resubmits } from './resubmit.ts';
import { sinks } from './sinks.ts';
import { windows } from './windows.ts';

export const mutants: readonly Mutant[] = [
  ...doors,
  ...head,
  ...hops,
  ...resubmits,
  ...lanes,
  ...growths,
  ...ledgers,
  ...windows,
  ...refines,
  ...relations,
  ...keyed,
  ...deploys,
  ...restores,
  ...replays,
  ...sinks,
  ...messages,
  ...compaction,
];
