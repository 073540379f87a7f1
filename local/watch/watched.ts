// What is to be watched: functions, streams, tables and queues as serverless.yml describes them for one stage.
import { gives, METRICS } from '../../shared/metrics/list.ts';
import type { Metric, Subject } from '../../shared/metrics/metric.ts';
import type { Ms } from '../../shared/time.ts';
import { readTemplate } from '../template/read-template.ts';
import { resolveService, type ServiceOptions } from '../template/resolve.ts';
import type { Template } from '../template/template.ts';
import { plain } from '../template/tree.ts';

/** One thing that metrics are of. */
export type Watched = {
  readonly of: Subject;
  /** Within the pipeline: `validate`, `raw`, `ledger`, `tripwire`. */
  readonly name: string;
  /** In the account: `millrace-prod-validate`. */
  readonly fullName: string;
  readonly metrics: readonly Metric[];
  /** Functions: memory in MB, and the shortest retention of the streams that call it (null: none does). */
  readonly memoryMb: number;
  readonly retentionMs: Ms | null;
  /** Streams: shards that are paid by the hour; 0 on demand. */
  readonly shards: number;
};

export type Watch = {
  readonly service: string;
  readonly stage: string;
  /** Functions in the order an event meets them, then streams, tables, queues and the endpoint. */
  readonly subjects: readonly Watched[];
  /** Whether metrics marked `detail` are metrics. */
  readonly full: boolean;
  readonly dashboard: boolean;
  readonly alarms: boolean;
  /** Where alarms are sent; '' for nobody. */
  readonly address: string;
  /** Whether the stage has a KMS key of its own. */
  readonly ownKey: boolean;
};

const shortName = (t: Template, fullName: string): string => fullName.replace(`${t.service}-${t.stage}-`, '');

const subjectsOf = (t: Template): readonly Watched[] => {
  const one = (of: Subject, fullName: string, more: Partial<Watched> = {}): Watched => ({
    of,
    name: shortName(t, fullName),
    fullName,
    metrics: METRICS.filter(
      (m) => m.of === of && (of !== 'function' || gives(m, more.name ?? '', more.retentionMs !== null)),
    ),
    memoryMb: 0,
    retentionMs: null,
    shards: 0,
    ...more,
  });
  const retention = new Map(t.streams.map((s) => [s.name, s.retentionMs]));
  const functions = t.functions.map(({ name, fullName, memoryMb, triggers }) => {
    const read = triggers.flatMap((r) =>
      r.kind === 'stream' ? [retention.get(r.stream) ?? Number.POSITIVE_INFINITY] : [],
    );
    return one('function', fullName, { name, memoryMb, retentionMs: read.length === 0 ? null : Math.min(...read) });
  });
  const hasApi = t.functions.some((f) => f.triggers.some((r) => r.kind === 'http'));
  return [
    ...(hasApi ? [one('api', `${t.service}-${t.stage}`, { name: 'endpoint' })] : []),
    ...functions,
    ...t.streams.map((s) => one('stream', s.name, { shards: s.onDemand ? 0 : s.shards })),
    ...t.tables.map((s) => one('table', s.name)),
    ...t.queues.map((s) => one('queue', s.name)),
  ];
};

type Settings = { readonly [name in 'metrics' | 'dashboard' | 'alarms' | 'address' | 'key']?: unknown };
const isOn = (value: unknown): boolean => value === 'on' || value === true;

/** Of a template that was read: the local run watches itself by it. */
export const watchOf = (template: Template, settings: Settings = {}): Watch => ({
  service: template.service,
  stage: template.stage,
  subjects: subjectsOf(template),
  full: settings.metrics === 'full',
  dashboard: isOn(settings.dashboard),
  alarms: isOn(settings.alarms),
  address: typeof settings.address === 'string' ? settings.address : '',
  ownKey: settings.key === 'own',
});

/** @throws TemplateError when serverless.yml cannot be read */
export const readWatch = (options: ServiceOptions): Watch => {
  const { custom } = plain(resolveService(options)) as { readonly custom?: { readonly watch?: Settings } };
  return watchOf(readTemplate(options), custom?.watch ?? {});
};
