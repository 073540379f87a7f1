import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alarmsOf } from '../../local/watch/alarms.ts';
import { type DashboardBody, dashboardBody } from '../../local/watch/dashboard.ts';
import { ownMetrics, watchPrice } from '../../local/watch/price.ts';
import { watchResources } from '../../local/watch/resources.ts';
import { readWatch } from '../../local/watch/watched.ts';
import { METRICS } from '../../shared/metrics/list.ts';

const root = join(import.meta.dirname, '../..');
const watchFor = (stage: string, params: Record<string, string> = {}) => readWatch({ root, stage, params, env: {} });
const prod = watchFor('prod', { alarmAddress: 'team@example.com' });

type Line = readonly unknown[];
const linesOf = ({ widgets }: DashboardBody): readonly Line[] =>
  widgets.flatMap((w) => (w.properties.metrics ?? []) as readonly Line[]);

describe('the dashboard', () => {
  const body = dashboardBody(prod);
  const drawn = linesOf(body)
    .filter((line) => (line.at(-1) as { visible?: boolean }).visible !== false)
    .map((line) => line.filter((part) => typeof part === 'string').join(' '));

  test('draws every metric of the list, of everything that gives it, once', () => {
    const wanted = prod.subjects.flatMap((s) => {
      const place = {
        function: (ours: boolean) => (ours ? `stage prod function ${s.name}` : `FunctionName ${s.fullName}`),
        stream: () => `StreamName ${s.fullName}`,
        table: () => `TableName ${s.fullName}`,
        queue: () => `QueueName ${s.fullName}`,
        api: () => `ApiId \${HttpApi}`,
      };
      return s.metrics
        .filter((m) => m.source !== 'math')
        .map((m) => `${m.source === 'ours' ? 'millrace' : m.source} ${m.name} ${place[s.of](m.source === 'ours')}`);
    });
    expect(drawn.filter((line) => line !== '').toSorted()).toEqual(wanted.toSorted());
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  test('has a row for each function, in the order in which events meet them', () => {
    const rows = body.widgets.flatMap((w) => /^## (.*)$/.exec(String(w.properties.markdown ?? ''))?.[1] ?? []);
    const functions = prod.subjects.filter((s) => s.of === 'function').map((s) => s.name);
    expect(rows.filter((r) => functions.includes(r))).toEqual(functions);
    expect(functions.slice(0, 4)).toEqual(['ingest', 'archive', 'validate', 'enrich']);
  });

  test('fits its grid: nothing overlaps, nothing lies outside of 24 columns', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of body.widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let i = x; i < x + width; i++)
        for (let j = y; j < y + height; j++) {
          expect(taken.has(`${i},${j}`), `column ${i}, row ${j}`).toBe(false);
          taken.add(`${i},${j}`);
        }
    }
  });

  test('gives its graphs and expressions ids that are unique', () => {
    for (const { properties } of body.widgets) {
      const ids = ((properties.metrics ?? []) as readonly Line[]).flatMap(
        (l) => (l.at(-1) as { id?: string }).id ?? [],
      );
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9_]*$/);
    }
  });

  test('with metrics=lean draws no metric that nobody writes', () => {
    const lean = linesOf(dashboardBody(watchFor('dev')));
    expect(JSON.stringify(lean)).not.toMatch(/WriteUnits|"Calls"|SEARCH/);
    expect(JSON.stringify(lean)).toContain('EventsIn');
  });
});

describe('alarms', () => {
  const alarms = alarmsOf(prod);
  const named = (name: string) => alarms.find((a) => a.name === `millrace-prod-${name}`)?.properties;

  test('every alarm of the list stands, and nothing else', () => {
    const wanted = prod.subjects.flatMap((s) =>
      s.metrics
        .filter((m) => m.alarm !== undefined && (m.alarm.only?.includes(s.name) ?? true))
        .map((m) => `millrace-prod-${s.name}-${m.name}`),
    );
    expect(alarms.map((a) => a.name)).toEqual(wanted);
    expect(new Set(alarms.map((a) => a.id)).size).toBe(alarms.length);
    for (const metric of METRICS.filter((m) => m.alarm !== undefined))
      expect(
        alarms.some((a) => a.metric === metric),
        metric.name,
      ).toBe(true);
  });

  test.each([
    [
      'iterator age at a quarter of seven days',
      'validate-IteratorAge',
      { Threshold: 151_200_000, Statistic: 'Maximum' },
    ],
    [
      'one message in the tripwire queue',
      'tripwire-ApproximateNumberOfMessagesVisible',
      { Threshold: 0, EvaluationPeriods: 1 },
    ],
    [
      'a batch that stops for five minutes',
      'aggregate-BatchesStopped',
      { Threshold: 0, Period: 60, EvaluationPeriods: 5 },
    ],
    ['errors', 'refine-Errors', { Threshold: 0, TreatMissingData: 'notBreaching' }],
    ['throttles', 'ingest-Throttles', { Threshold: 0 }],
  ])('%s', (_, name, properties) => {
    expect(named(name)).toMatchObject({ ...properties, ComparisonOperator: 'GreaterThanThreshold' });
  });

  test('the threshold of the iterator age follows the retention', () => {
    const day = alarmsOf(watchFor('prod', { retention: '24' })).find((a) => a.name.endsWith('validate-IteratorAge'));
    expect(day?.properties.Threshold).toBe(21_600_000);
  });

  test('each has a paragraph in the runbook, with three steps, and the runbook has no other', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
    const sections = runbook.split(/^## /m).slice(1);
    const anchors = sections.map((s) => (s.split('\n')[0] ?? '').toLowerCase().replaceAll(' ', '-'));
    const wanted = new Set(METRICS.flatMap((m) => m.alarm?.runbook ?? []));
    expect(anchors.toSorted()).toEqual([...wanted].toSorted());
    for (const section of sections) expect(section.match(/^\d\. /gm), section.split('\n')[0]).toHaveLength(3);
    for (const a of alarms)
      expect(a.properties.AlarmDescription).toContain(`docs/runbook.md#${a.metric.alarm?.runbook}`);
  });
});

describe('the stack', () => {
  test('of prod has dashboard, topic, subscription and alarms that name the topic', () => {
    const resources = watchResources(prod);
    const types = Object.values(resources).map((r) => r.Type);
    expect(types.filter((t) => t === 'AWS::CloudWatch::Alarm')).toHaveLength(alarmsOf(prod).length);
    expect(types).toContain('AWS::CloudWatch::Dashboard');
    expect(resources.AlarmTopic).toMatchObject({
      Properties: { Subscription: [{ Protocol: 'email', Endpoint: 'team@example.com' }] },
    });
    for (const id of Object.keys(resources)) expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
  });
  test('of dev has nothing of it', () => {
    expect(watchResources(watchFor('dev'))).toEqual({});
  });
});

describe('the price', () => {
  test('docs/metrics.md says what the pipeline of this folder pays', () => {
    const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    for (const stage of ['dev', 'prod']) {
      const { metrics, alarms, usd } = watchPrice(watchFor(stage));
      expect(page).toContain(
        `| ${stage} | ${metrics} | ${usd.metrics.toFixed(2)} | ${alarms} | ${usd.alarms.toFixed(2)} |`,
      );
    }
  });
  test('counts one metric for each name and function: shards and queries make none', () => {
    expect(new Set(ownMetrics(prod)).size).toBe(ownMetrics(prod).length);
  });
});
