// What stands in an account whatever the load: read from serverless.yml and the list of metrics.
import { OURS } from '../../shared/metrics/list.ts';
import type { Metric } from '../../shared/metrics/metric.ts';
import { hours } from '../../shared/time.ts';
import { resolveService, type ServiceOptions } from '../template/resolve.ts';
import type { FunctionTemplate, Template } from '../template/template.ts';
import { plain } from '../template/tree.ts';

export type Deployed = {
  readonly streams: number;
  /** Hours that records are kept beyond the first 24, those of the raw stream. */
  readonly longRetention: boolean;
  /** Mappings with enhanced fan-out. */
  readonly fanOut: number;
  readonly queues: number;
  readonly memoryMb: Readonly<Record<string, number>>;
  readonly alarms: number;
  readonly dashboards: number;
  readonly keys: number;
  readonly metrics: number;
  /** Whether the API writes a line for each request. */
  readonly accessLog: boolean;
  /** Pairs of a function and an encrypted stream, table or bucket that it uses: each asks for a data key every five minutes. */
  readonly keyUsers: number;
};

/** Types of all resources, generated files included. */
const typesOf = (resources: unknown): readonly string[] =>
  [resources].flat().flatMap((part) => {
    const entries = Object.values((part as { Resources?: Record<string, { Type?: string }> } | null)?.Resources ?? {});
    return entries.flatMap((r) => r?.Type ?? []);
  });

const gives = (metric: Metric, fn: FunctionTemplate): boolean =>
  metric.from === 'all' ||
  (metric.from === 'stream' ? fn.triggers.some((t) => t.kind === 'stream') : metric.from.includes(fn.name));

const USES = /_(?:STREAM|TABLE|BUCKET)$/;

export const deployedOf = (template: Template, options: ServiceOptions): Deployed => {
  const service = plain(resolveService(options)) as {
    readonly provider?: { readonly logs?: { readonly httpApi?: unknown } };
    readonly resources?: unknown;
    readonly params?: unknown;
  };
  const types = typesOf(service.resources);
  const count = (type: string): number => types.filter((t) => t === type).length;
  const LIST: readonly Metric[] = OURS;
  const users = template.functions.map(
    (fn) =>
      Object.keys(fn.environment).filter((name) => USES.test(name)).length +
      fn.triggers.filter((t) => t.kind === 'stream').length,
  );
  return {
    streams: template.streams.length,
    longRetention: template.streams.some((s) => s.retentionMs > hours(24)),
    fanOut: count('AWS::Kinesis::StreamConsumer'),
    queues: template.functions.flatMap((f) => f.triggers).filter((t) => t.kind === 'queue').length,
    memoryMb: Object.fromEntries(template.functions.map((f) => [f.name, f.memoryMb])),
    alarms: count('AWS::CloudWatch::Alarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    keys: count('AWS::KMS::Key'),
    metrics: LIST.filter((m) => m.detail !== true).reduce(
      (sum, m) => sum + template.functions.filter((fn) => gives(m, fn)).length,
      0,
    ),
    accessLog: service.provider?.logs?.httpApi === true || typeof service.provider?.logs?.httpApi === 'object',
    keyUsers: users.reduce((sum, n) => sum + n, 0),
  };
};
