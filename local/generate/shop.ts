// A web shop: each story is one visit. Pages are looked at, some baskets are ordered, orders are paid, some payments fail.
import { seconds } from '../../shared/time.ts';
import { type Happening, isoTime, type World, type WorldOptions } from './happening.ts';
import { type Rng, zipf } from './rng.ts';
import { AGENTS, NETWORKS, PRODUCTS, PROVIDERS, REASONS, REFERRERS, STORES } from './shop-catalogue.ts';

/** Pages of one visit are closer together than the sample's gap between sessions. */
const LONGEST_PAUSE = seconds(25);
const VISITORS = 5_000;
const SOURCE = 'https://shop.example';

const euros = (cents: number): number => cents / 100;
const pause = (rng: Rng): number => Math.min(LONGEST_PAUSE, 500 + Math.floor(rng.wait(seconds(6))));

export const shopWorld = ({ seed, skew }: WorldOptions): World => {
  const rankOfVisitor = zipf(VISITORS, skew);
  const rankOfProduct = zipf(PRODUCTS.length, skew);
  let count = 0;
  const fresh = (prefix: string): string => `${prefix}-${seed}-${count++}`;

  const story = (start: number, rng: Rng): readonly Happening[] => {
    const happenings: Happening[] = [];
    const rank = rankOfVisitor(rng);
    const visitor = `visitor-${rank}`;
    const ip = `${NETWORKS[rank % NETWORKS.length]}.${rank % 250}`;
    const agent = AGENTS[rank % AGENTS.length] as string;
    const store = STORES[rank % STORES.length] as string;
    const referrer = rng.chance(0.6) ? rng.pick(REFERRERS) : undefined;
    let time = start;

    const view = (page: string, sku?: string): void => {
      const first = happenings.length === 0 && referrer !== undefined;
      const data = {
        visitor,
        page,
        ...(sku === undefined ? {} : { sku }),
        ...(first ? { referrer } : {}),
        ip,
        agent,
        viewed_at: isoTime(time),
      };
      happenings.push({ time, type: 'page_view.v1', source: SOURCE, id: fresh('view'), subject: page, data });
    };
    const pay = (order_id: string, cents: number, provider: string, paid: boolean): void => {
      const payment_id = fresh('payment');
      const outcome = paid ? { outcome: 'paid' } : { outcome: 'failed', reason: rng.pick(REASONS) };
      const amount = euros(cents);
      const data = { payment_id, order_id, store, provider, ...outcome, amount, paid_at: isoTime(time) };
      happenings.push({ time, type: 'payment.v1', source: `${SOURCE}/pay`, id: payment_id, subject: order_id, data });
    };
    const order = (sku: string, price: number): void => {
      const order_id = fresh('order');
      const quantity = rng.chance(0.75) ? 1 : 1 + rng.below(4);
      const cents = price * quantity;
      const data = { order_id, visitor, store, sku, quantity, total: euros(cents), ordered_at: isoTime(time) };
      happenings.push({ time, type: 'order.v1', source: SOURCE, id: order_id, subject: order_id, data });
      const provider = rng.pick(PROVIDERS);
      time += 800 + rng.below(4_000);
      const paid = rng.chance(0.85);
      pay(order_id, cents, provider, paid);
      if (paid || rng.chance(0.3)) return;
      time += 2_000 + rng.below(10_000);
      pay(order_id, cents, provider, rng.chance(0.7));
    };

    if (rng.chance(0.7)) view('/');
    for (;;) {
      if (happenings.length > 0) time += pause(rng);
      const { sku, cents } = PRODUCTS[rankOfProduct(rng)] as (typeof PRODUCTS)[number];
      view(`/product/${sku}`, sku);
      if (rng.chance(0.12)) {
        time += pause(rng);
        view('/checkout');
        time += pause(rng);
        order(sku, cents);
        return happenings;
      }
      if (rng.chance(0.3)) return happenings;
    }
  };
  return { story, mean: 4.25 };
};
