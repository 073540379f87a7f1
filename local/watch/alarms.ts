// The alarms of the list, as CloudFormation resources. One for each metric that has an alarm and each subject that gives it.
import type { Alarm, Metric } from '../../shared/metrics/metric.ts';
import { seriesOf } from './series.ts';
import type { Watch, Watched } from './watched.ts';

export type AlarmResource = {
  readonly id: string;
  readonly name: string;
  readonly metric: Metric;
  readonly subject: Watched;
  readonly properties: Readonly<Record<string, unknown>>;
};

const pascal = (text: string): string =>
  text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());

const thresholdOf = (alarm: Alarm, subject: Watched): number =>
  alarm.of === 'retention' ? ((subject.retentionMs ?? 0) * alarm.above) / 100 : alarm.above;

const ruleOf = (alarm: Alarm, metric: Metric): string => {
  const what = alarm.of === 'retention' ? `${alarm.above} % of the retention` : `${alarm.above}`;
  const minutes = alarm.period / 60_000;
  const often = alarm.periods === 1 ? '' : `, ${alarm.periods} times in a row`;
  return `${metric.statistic} above ${what} in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}${often}`;
};

const alarmOf = (watch: Watch, subject: Watched, metric: Metric, alarm: Alarm): AlarmResource => {
  const { namespace, name, dimensions } = seriesOf(watch, subject, metric);
  const alarmName = `${watch.service}-${watch.stage}-${subject.name}-${metric.name}`;
  // A percentile is given by its own property.
  const statistic = metric.statistic.startsWith('p')
    ? { ExtendedStatistic: metric.statistic }
    : { Statistic: metric.statistic };
  return {
    id: `${pascal(subject.of)}${pascal(subject.name)}${pascal(metric.name)}Alarm`,
    name: alarmName,
    metric,
    subject,
    properties: {
      AlarmName: alarmName,
      AlarmDescription: `${ruleOf(alarm, metric)}. ${metric.meaning} First steps: docs/runbook.md#${alarm.runbook}`,
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, value]) => ({
        Name,
        Value: value.startsWith('${') ? { Ref: value.slice(2, -1) } : value,
      })),
      ...statistic,
      Period: alarm.period / 1000,
      EvaluationPeriods: alarm.periods,
      Threshold: thresholdOf(alarm, subject),
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: alarm.missing === 'alarm' ? 'breaching' : 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
    },
  };
};

/** Whether or not they are switched on. */
export const alarmsOf = (watch: Watch): readonly AlarmResource[] =>
  watch.subjects.flatMap((subject) =>
    subject.metrics.flatMap((metric) => {
      const { alarm } = metric;
      if (alarm === undefined || (alarm.only !== undefined && !alarm.only.includes(subject.name))) return [];
      return [alarmOf(watch, subject, metric, alarm)];
    }),
  );
