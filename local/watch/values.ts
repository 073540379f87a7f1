// The values of every metric of the list for the pipeline that runs here: ours from the lines that the functions write, those of the
// services from what stands for the services.
import { OURS } from '../../shared/metrics/list.ts';
import type { Metric } from '../../shared/metrics/metric.ts';
import { PRICES } from './prices.ts';
import type { Watch, Watched } from './watched.ts';

export type Value = {
  readonly subject: Watched;
  readonly metric: Metric;
  /** Counters: the sum since the start. Levels: the newest; null before the first. */
  readonly value: number | null;
};

/** What one function did, as Lambda would count it. */
export type Invoked = {
  readonly invocations: number;
  readonly errors: number;
  readonly p99: number | null;
  readonly ms: number;
};

/** What is asked of the services, by the full name of stream, table or queue; functions by their name. */
export type Services = {
  readonly invoked: (fn: string) => Invoked;
  /** Age of the newest record that is done, greatest of all shards; null when no stream calls it. */
  readonly iteratorAge: (fn: string) => number | null;
  readonly stream: (name: string) => {
    readonly records: number;
    readonly bytes: number;
    readonly writesRefused: number;
    readonly readsRefused: number;
  };
  readonly table: (name: string) => {
    readonly writeUnits: number;
    readonly readUnits: number;
    readonly throttled: number;
  };
  readonly waiting: (queue: string) => number | null;
  readonly api: () => {
    readonly count: number;
    readonly refused: number;
    readonly failed: number;
    readonly p99: number | null;
  };
  /** Hours since the start. */
  readonly hours: () => number;
};

export type OwnValues = {
  /** A line of a function's log; others are passed over. */
  take(line: string): void;
  of(fn: string, metric: string): number | undefined;
};

/** Reads lines of the embedded metric format, those without a metric of `detail` too. */
export const ownValues = (): OwnValues => {
  const values = new Map<string, number>();
  return {
    take(line) {
      if (!line.includes('"function":"')) return;
      let root: Record<string, unknown>;
      try {
        root = JSON.parse(line);
      } catch {
        return;
      }
      if (typeof root.stage !== 'string' || typeof root.function !== 'string') return;
      for (const { name, statistic } of OURS) {
        const value = root[name];
        if (typeof value !== 'number') continue;
        const key = `${root.function} ${name}`;
        values.set(key, statistic === 'Sum' ? (values.get(key) ?? 0) + value : value);
      }
    },
    of: (fn, metric) => values.get(`${fn} ${metric}`),
  };
};

const functionValue = (s: Watched, metric: Metric, services: Services, own: OwnValues): number | null => {
  if (metric.source === 'ours') return own.of(s.name, metric.name) ?? (metric.statistic === 'Sum' ? 0 : null);
  const { invocations, errors, p99, ms } = services.invoked(s.name);
  switch (metric.name) {
    case 'Invocations':
      return invocations;
    case 'Errors':
      return errors;
    case 'Throttles':
      return 0; // nobody takes concurrency away here
    case 'Duration':
      return p99;
    case 'IteratorAge':
      return services.iteratorAge(s.name);
    case 'CostPerHour': {
      const units = own.of(s.name, 'WriteUnits') ?? 0;
      const usd =
        invocations * PRICES.request + (ms / 1000) * (s.memoryMb / 1024) * PRICES.gbSecond + units * PRICES.writeUnit;
      return usd / services.hours();
    }
    default:
      throw new Error(`nothing here gives ${metric.name} of a function`);
  }
};

const serviceValue = (s: Watched, metric: Metric, services: Services): number | null => {
  switch (`${s.of} ${metric.name}`) {
    case 'stream IncomingRecords':
      return services.stream(s.fullName).records;
    case 'stream IncomingBytes':
      return services.stream(s.fullName).bytes;
    case 'stream WriteProvisionedThroughputExceeded':
      return services.stream(s.fullName).writesRefused;
    case 'stream ReadProvisionedThroughputExceeded':
      return services.stream(s.fullName).readsRefused;
    case 'table ConsumedWriteCapacityUnits':
      return services.table(s.fullName).writeUnits;
    case 'table ConsumedReadCapacityUnits':
      return services.table(s.fullName).readUnits;
    case 'table WriteThrottleEvents':
      return services.table(s.fullName).throttled;
    case 'table CostPerHour': {
      const { writeUnits, readUnits } = services.table(s.fullName);
      return (writeUnits * PRICES.writeUnit + readUnits * PRICES.readUnit) / services.hours();
    }
    case 'queue ApproximateNumberOfMessagesVisible':
      return services.waiting(s.fullName);
    case 'api Count':
      return services.api().count;
    case 'api 4xx':
      return services.api().refused;
    case 'api 5xx':
      return services.api().failed;
    case 'api Latency':
      return services.api().p99;
    default:
      throw new Error(`nothing here gives ${metric.name} of a ${s.of}`);
  }
};

/** Every metric of everything watched, in the order of the list. */
export const valuesOf = (watch: Watch, services: Services, own: OwnValues): readonly Value[] =>
  watch.subjects.flatMap((subject) =>
    subject.metrics.map((metric) => ({
      subject,
      metric,
      value:
        subject.of === 'function'
          ? functionValue(subject, metric, services, own)
          : serviceValue(subject, metric, services),
    })),
  );
