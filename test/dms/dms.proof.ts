// npm run proof:dms: the reference table equals the source table at every checkpoint of random histories, and no rule is idle.
import { proveHistories } from '../remember/prove.ts';

proveHistories('dms', 5_000);
