// What is added to the shop's events. Look-ups add fields under `data.<as>` and decide nothing; a pure function that throws
// rejects its event.
import type { Enrichment } from '../../shared/pipeline.ts';
import { hours } from '../../shared/time.ts';

type Basket = 'small' | 'medium' | 'large' | 'huge';

/** Classes of an order's value in euro: below 25, below 100, below 500, and above. */
const basketOf = (total: number): Basket => {
  if (total < 25) return 'small';
  if (total < 100) return 'medium';
  return total < 500 ? 'large' : 'huge';
};

const enrichments: readonly Enrichment[] = [
  { kind: 'agent', name: 'browser', on: ['page_view.v1'], agent: ['agent'], as: 'browser' },
  { kind: 'geo', name: 'place', on: ['page_view.v1'], ip: ['ip'], as: 'place' },
  {
    kind: 'reference',
    name: 'product',
    on: ['order.v1'],
    table: 'products',
    key: ['sku'],
    as: 'product',
    ttl: hours(1), // a price list changes a few times a day
  },
  { kind: 'pure', name: 'basket', on: ['order.v1'], as: 'basket', apply: (data) => basketOf(Number(data.total)) },
];

export default enrichments;
