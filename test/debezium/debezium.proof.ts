// npm run proof:debezium: the reference table equals the source table at every checkpoint of random histories, and no rule is idle.
import { proveHistories } from '../remember/prove.ts';

proveHistories('debezium', 5_000);
