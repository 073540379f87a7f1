// Where CloudWatch keeps a metric of the list: namespace, name, dimensions; or the expression that computes it.
import type { Metric } from '../../shared/metrics/metric.ts';
import { PRICES } from './prices.ts';
import type { Watch, Watched } from './watched.ts';

export type Series = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};

/** `${HttpApi}` is filled in by CloudFormation: an API has no name that is known before. */
const dimensionsOf = (watch: Watch, { of, name, fullName }: Watched, ours: boolean): Series['dimensions'] => {
  switch (of) {
    case 'function':
      return ours ? { stage: watch.stage, function: name } : { FunctionName: fullName };
    case 'stream':
      return { StreamName: fullName };
    case 'table':
      return { TableName: fullName };
    case 'queue':
      return { QueueName: fullName };
    case 'api':
      return { ApiId: `\${HttpApi}` };
    default:
      return of satisfies never;
  }
};

/** @throws Error for a computed metric, which has no place */
export const seriesOf = (watch: Watch, subject: Watched, metric: Metric): Series => {
  if (metric.source === 'math') throw new Error(`${metric.name} is computed`);
  const ours = metric.source === 'ours';
  return {
    namespace: ours ? watch.service : metric.source,
    name: metric.name,
    dimensions: dimensionsOf(watch, subject, ours),
  };
};

export type Computed = {
  /** With the ids of its terms as variables. */
  readonly expression: string;
  readonly terms: readonly { readonly id: string; readonly series: Series }[];
};

/** The estimated cost per hour, from what is counted in a period. */
export const costOf = (watch: Watch, subject: Watched): Computed => {
  const { of, fullName, memoryMb } = subject;
  const term = (id: string, namespace: string, name: string, dimensions: Series['dimensions']) => ({
    id,
    series: { namespace, name, dimensions },
  });
  if (of === 'table') {
    const dimensions = { TableName: fullName };
    return {
      expression: `(w*${PRICES.writeUnit}+r*${PRICES.readUnit})*3600/PERIOD(w)`,
      terms: [
        term('w', 'AWS/DynamoDB', 'ConsumedWriteCapacityUnits', dimensions),
        term('r', 'AWS/DynamoDB', 'ConsumedReadCapacityUnits', dimensions),
      ],
    };
  }
  const dimensions = { FunctionName: fullName };
  const perMs = (memoryMb / 1024) * (PRICES.gbSecond / 1000);
  const units = watch.full ? `+FILL(u,0)*${PRICES.writeUnit}` : '';
  return {
    expression: `(n*${PRICES.request}+d*${perMs.toPrecision(6)}${units})*3600/PERIOD(n)`,
    terms: [
      term('n', 'AWS/Lambda', 'Invocations', dimensions),
      term('d', 'AWS/Lambda', 'Duration', dimensions),
      ...(watch.full ? [term('u', watch.service, 'WriteUnits', { stage: watch.stage, function: subject.name })] : []),
    ],
  };
};
