// The CloudWatch dashboard from the list of metrics: a row for each function in the order in which events meet them, then the
// endpoint's, streams', tables' and queues' own rows. The form is that of CloudWatch's dashboard body.
import type { Metric, Panel } from '../../shared/metrics/metric.ts';
import { costOf, type Series, seriesOf } from './series.ts';
import type { Watch, Watched } from './watched.ts';

export type Widget = {
  readonly type: 'text' | 'metric' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
};
export type DashboardBody = { readonly widgets: readonly Widget[] };

/** Columns of a dashboard. */
const WIDE = 24;
const TALL = 5;
const PERIOD = 60; // seconds

const PANELS: readonly Panel[] = ['events', 'delay', 'faults', 'work', 'time', 'bytes', 'cost'];
const TITLES: Readonly<Record<Panel, string>> = {
  events: 'events by door',
  delay: 'how far behind',
  faults: 'what went wrong',
  work: 'work',
  time: 'how long',
  bytes: 'bytes',
  cost: 'estimated cost an hour',
};

/** Where CloudFormation puts the region of the stack. */
const REGION = `\${AWS::Region}`;

const flat = ({ namespace, name, dimensions }: Series): readonly string[] => [
  namespace,
  name,
  ...Object.entries(dimensions).flat(),
];

type Line = readonly unknown[];

const linesOf = (watch: Watch, subject: Watched, metric: Metric, n: number): readonly Line[] => {
  const label =
    watch.subjects.filter((s) => s.of === subject.of).length > 1 && subject.of !== 'function'
      ? subject.name
      : metric.name;
  if (metric.source !== 'math') return [[...flat(seriesOf(watch, subject, metric)), { stat: metric.statistic, label }]];
  const { expression, terms } = costOf(watch, subject);
  // An id is unique in its graph.
  const own = (id: string): string => `${id}${n}`;
  const written = terms.reduce((text, { id }) => text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), own(id)), expression);
  return [
    [{ expression: written, label, id: `cost${n}` }],
    ...terms.map(({ id, series }) => [...flat(series), { id: own(id), stat: 'Sum', visible: false }]),
  ];
};

const shown = (watch: Watch, metric: Metric): boolean => watch.full || metric.detail !== true;

type Graph = { readonly title: string; readonly lines: readonly Line[] };

/** One graph for each panel of what one subject, or all of one kind, give. */
const graphsOf = (watch: Watch, subjects: readonly Watched[], title: string, byMetric: boolean): readonly Graph[] => {
  const pairs = subjects.flatMap((s) => s.metrics.filter((m) => shown(watch, m)).map((m) => [s, m] as const));
  const groups = Map.groupBy(pairs, ([, m]) => (byMetric ? m.name : m.panel));
  const order = byMetric ? [...groups.keys()] : PANELS;
  return order.flatMap((key) => {
    const group = groups.get(key);
    if (group === undefined) return [];
    const about = byMetric ? key : TITLES[key as Panel];
    return [{ title: `${title}: ${about}`, lines: group.flatMap(([s, m], n) => linesOf(watch, s, m, n)) }];
  });
};

/** By shard, when the streams give metrics of their shards. */
const shardGraphs = (watch: Watch): readonly Graph[] =>
  watch.subjects
    .filter((s) => s.of === 'stream')
    .map(({ name, fullName }) => {
      const search = `SEARCH('{AWS/Kinesis,ShardId,StreamName} MetricName="IncomingBytes" StreamName="${fullName}"', 'Sum', ${PERIOD})`;
      return { title: `${name}: bytes by shard`, lines: [[{ expression: search, id: 'shards', label: '' }]] };
    });

const layOut = (rows: readonly { readonly text: string; readonly graphs: readonly Graph[] }[]): readonly Widget[] => {
  const widgets: Widget[] = [];
  let y = 0;
  for (const { text, graphs } of rows) {
    widgets.push({
      type: 'text',
      x: 0,
      y,
      width: WIDE,
      height: 1,
      properties: { markdown: text, background: 'transparent' },
    });
    y += 1;
    const width = Math.max(4, Math.floor(WIDE / Math.max(1, graphs.length)));
    const inRow = Math.floor(WIDE / width);
    graphs.forEach(({ title, lines }, i) => {
      const properties = {
        title,
        region: REGION,
        view: 'timeSeries',
        period: PERIOD,
        metrics: lines,
        yAxis: { left: { min: 0 } },
      };
      widgets.push({
        type: 'metric',
        x: (i % inRow) * width,
        y: y + Math.floor(i / inRow) * TALL,
        width,
        height: TALL,
        properties,
      });
    });
    y += Math.ceil(graphs.length / inRow) * TALL;
  }
  return widgets;
};

const KINDS = { api: 'Endpoint', stream: 'Streams', table: 'Tables', queue: 'Queues' } as const;

/** @param alarms ARNs of the alarms, for the row at the top; none when there are no alarms */
export const dashboardBody = (watch: Watch, alarms: readonly string[] = []): DashboardBody => {
  const { service, stage, subjects } = watch;
  const ofKind = (kind: keyof typeof KINDS) => {
    const all = subjects.filter((s) => s.of === kind);
    return all.length === 0 ? [] : [{ text: `## ${KINDS[kind]}`, graphs: graphsOf(watch, all, kind, kind !== 'api') }];
  };
  const functions = subjects
    .filter((s) => s.of === 'function')
    .map((s) => ({ text: `## ${s.name}`, graphs: graphsOf(watch, [s], s.name, false) }));
  const rows = layOut([
    ...ofKind('api'),
    ...functions,
    ...ofKind('stream'),
    ...(watch.full ? [{ text: '## Shards', graphs: shardGraphs(watch) }] : []),
    ...ofKind('table'),
    ...ofKind('queue'),
  ]);
  const head: Widget[] = [
    {
      type: 'text',
      x: 0,
      y: 0,
      width: WIDE,
      height: 2,
      properties: {
        markdown: `# ${service} ${stage}\nEvery event leaves by a named door: passed, filtered, rejected, late, duplicate. What an alarm means and what to do first: docs/runbook.md`,
      },
    },
    ...(alarms.length === 0
      ? []
      : [{ type: 'alarm' as const, x: 0, y: 2, width: WIDE, height: 4, properties: { title: 'Alarms', alarms } }]),
  ];
  const from = head.reduce((sum, w) => sum + w.height, 0);
  return { widgets: [...head, ...rows.map((w) => ({ ...w, y: w.y + from }))] };
};
