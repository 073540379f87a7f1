// What one metric is: data that the code, the dashboard, the alarms, the live page and /metrics are made from.
import type { Ms } from '../time.ts';

/** As CloudWatch names units; USD an hour has none there. */
export type Unit = 'Count' | 'Milliseconds' | 'Bytes' | 'USD/hour';

/**
 * How the values of a period become one. `Sum`: values add up, so it is a counter; the others are levels.
 */
export type Statistic = 'Sum' | 'Maximum' | 'Average' | 'p99';

/** Who gives the values. `ours`: our functions, one line for each invocation. `math`: computed from other metrics of the list. */
export type Source = 'ours' | 'math' | 'AWS/Lambda' | 'AWS/Kinesis' | 'AWS/DynamoDB' | 'AWS/SQS' | 'AWS/ApiGateway';

/** What is measured. A function of ours has two dimensions, `stage` and `function`; the services name their own. */
export type Subject = 'function' | 'stream' | 'table' | 'queue' | 'api';

/** Metrics of one subject and panel are drawn in one graph. */
export type Panel = 'events' | 'delay' | 'faults' | 'work' | 'time' | 'bytes' | 'cost';

export type Alarm = {
  /** In the alarm's own unit: that of the metric, or percent of the stream's retention. */
  readonly above: number;
  readonly of?: 'retention';
  readonly period: Ms;
  /** Periods in a row that must be above. */
  readonly periods: number;
  /** No value at all is an alarm as well. */
  readonly missing?: 'alarm';
  /** Only on these subjects; all that have the metric without it. */
  readonly only?: readonly string[];
  /** Heading in docs/runbook.md, as a link names it. */
  readonly runbook: string;
};

export type Metric = {
  /** As CloudWatch shows it. */
  readonly name: string;
  readonly unit: Unit;
  readonly statistic: Statistic;
  readonly source: Source;
  readonly of: Subject;
  readonly panel: Panel;
  /**
   * Functions that give it. `all`; `stream`: those that a stream calls; or by name. For other subjects always `all`.
   */
  readonly from: 'all' | 'stream' | readonly string[];
  /** Only with `--param metrics=full`: with `lean` it stands in the log line alone, which costs no metric. */
  readonly detail?: true;
  /** One sentence for people: what it means. */
  readonly meaning: string;
  readonly alarm?: Alarm;
};
