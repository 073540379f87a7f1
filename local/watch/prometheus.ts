// The values in the text format 0.0.4 of Prometheus: counters end in `_total`, times are seconds.
import type { Metric } from '../../shared/metrics/metric.ts';
import type { Value } from './values.ts';
import type { Watch } from './watched.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** `EventsIn` of a function -> `millrace_function_events_in_total`. */
export const prometheusName = ({ name, of, unit, statistic, source }: Metric): string => {
  const base = `millrace_${of}_${snake(name)}`;
  if (unit === 'USD/hour') return `${base}_usd`;
  const suffix = unit === 'Milliseconds' ? '_seconds' : unit === 'Bytes' && !base.endsWith('_bytes') ? '_bytes' : '';
  return `${base}${suffix}${statistic === 'Sum' && source !== 'math' ? '_total' : ''}`;
};

const inHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const inLabel = (text: string): string => inHelp(text).replaceAll('"', '\\"');

/** A metric without a value yet has its HELP and TYPE, and no sample. */
export const prometheusText = (watch: Watch, values: readonly Value[]): string => {
  const families = Map.groupBy(values, (v) => prometheusName(v.metric));
  const lines = [...families].flatMap(([name, all]) => {
    const { metric } = all[0] as Value;
    const type = name.endsWith('_total') ? 'counter' : 'gauge';
    const scale = metric.unit === 'Milliseconds' ? 0.001 : 1;
    return [
      `# HELP ${name} ${inHelp(metric.meaning)}`,
      `# TYPE ${name} ${type}`,
      ...all.flatMap(({ subject, value }) =>
        value === null
          ? []
          : [`${name}{stage="${inLabel(watch.stage)}",${metric.of}="${inLabel(subject.name)}"} ${value * scale}`],
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
};
