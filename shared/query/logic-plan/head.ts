// What every query has, before it is linked.
import type { StatelessQuery } from '../plan.ts';

export type Head = Pick<StatelessQuery, 'id' | 'name' | 'at' | 'into'>;
