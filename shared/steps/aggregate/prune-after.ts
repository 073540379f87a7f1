import { days } from '../../time.ts';

/** A lane that ended leaves the entries when no copy of its events can come any more (protocol, section 10). */
export const PRUNE_AFTER = days(30);
