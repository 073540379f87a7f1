// What watching costs a month. Metrics of the services are free; one of ours costs for each hour in which it has a value.
import { alarmsOf } from './alarms.ts';
import { PRICES } from './prices.ts';
import type { Watch } from './watched.ts';

export type WatchPrice = {
  readonly metrics: number;
  readonly alarms: number;
  readonly dashboards: number;
  /** USD a month, every metric with a value in every hour. */
  readonly usd: { readonly metrics: number; readonly alarms: number; readonly dashboards: number };
};

/** Metrics of ours, as name and function. */
export const ownMetrics = (watch: Watch): readonly string[] =>
  watch.subjects.flatMap((s) =>
    s.metrics.filter((m) => m.source === 'ours' && (watch.full || m.detail !== true)).map((m) => `${m.name} ${s.name}`),
  );

export const watchPrice = (watch: Watch): WatchPrice => {
  const metrics = ownMetrics(watch).length;
  const alarms = watch.alarms ? alarmsOf(watch).length : 0;
  const dashboards = watch.dashboard ? 1 : 0;
  return {
    metrics,
    alarms,
    dashboards,
    usd: {
      metrics: metrics * PRICES.customMetric,
      alarms: alarms * PRICES.alarm,
      dashboards: dashboards * PRICES.dashboard,
    },
  };
};
