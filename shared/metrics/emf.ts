// CloudWatch's embedded metric format: one line of JSON in the log, from which CloudWatch takes metrics. The form follows the
// specification of the format (version 0) as Powertools writes it; test/metrics/emf.test.ts holds the two together.
import type { EpochMs } from '../time.ts';
import { type Measures, OURS, type OurMetric } from './list.ts';
import type { Metric, Unit } from './metric.ts';

export type EmfHead = {
  /** Namespace of all metrics. */
  readonly namespace: string;
  readonly stage: string;
  readonly function: string;
  /** Whether metrics marked `detail` are metrics; else they are plain fields of the line. */
  readonly full: boolean;
};

type Definition = { readonly Name: OurMetric; readonly Unit: Unit };
const LIST: readonly Metric[] = OURS;
const isDetail = (name: OurMetric): boolean => LIST.some((m) => m.name === name && m.detail === true);

/**
 * Makes the writer of one function's lines ready. A value of 0 is left out where values add up: a metric that is not written in an
 * hour costs nothing in it.
 * @returns the line; undefined when there is nothing to say
 */
export const emfLine = (head: EmfHead): ((at: EpochMs, measures: Measures, fields: object) => string | undefined) => {
  const known: readonly (Definition & { readonly keepsZero: boolean; readonly isMetric: boolean })[] = OURS.map(
    (m) => ({
      Name: m.name,
      Unit: m.unit,
      keepsZero: m.statistic !== 'Sum',
      isMetric: head.full || !isDetail(m.name),
    }),
  );
  const dimensions = [['stage', 'function']];
  return (at, measures, fields) => {
    const values: Record<string, number> = {};
    const metrics: Definition[] = [];
    for (const { Name, Unit, keepsZero, isMetric } of known) {
      const value = measures[Name];
      if (value === undefined || (value === 0 && !keepsZero)) continue;
      values[Name] = value;
      if (isMetric) metrics.push({ Name, Unit });
    }
    if (Object.keys(values).length === 0) return undefined;
    const directives =
      metrics.length === 0
        ? {}
        : {
            _aws: {
              Timestamp: at,
              CloudWatchMetrics: [{ Namespace: head.namespace, Dimensions: dimensions, Metrics: metrics }],
            },
          };
    return JSON.stringify({ ...directives, stage: head.stage, function: head.function, ...values, ...fields });
  };
};
