// Reads a log line as CloudWatch does, by the specification of the embedded metric format (version 0), and refuses what breaks it.
import { expect } from 'vitest';

export type Read = {
  readonly namespace: string;
  readonly at: number;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, { readonly unit: string; readonly value: number }>>;
};

const UNITS = ['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Percent', 'Count', 'Count/Second', 'None'];

type Directive = {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
};

/** One for each set of dimensions; none when the line is a log line like any other. */
export const readEmf = (line: string): readonly Read[] => {
  expect(line.trim().split('\n'), 'one line').toHaveLength(1);
  expect(Buffer.byteLength(line), 'an event of CloudWatch Logs').toBeLessThan(262_144);
  const root = JSON.parse(line) as Record<string, unknown>;
  const { _aws: meta } = root as { readonly _aws?: { Timestamp: number; CloudWatchMetrics: readonly Directive[] } };
  if (meta === undefined) return [];
  expect(Number.isSafeInteger(meta.Timestamp), 'Timestamp is milliseconds').toBe(true);
  return meta.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    expect(Namespace).toMatch(/^[\w.\-/#:]{1,1024}$/);
    expect(Metrics.length, 'metrics of one directive').toBeLessThanOrEqual(100);
    const metrics = Object.fromEntries(
      Metrics.map(({ Name, Unit = 'None' }) => {
        expect(UNITS).toContain(Unit);
        expect(typeof root[Name], `${Name} is the name of a member of the root`).toBe('number');
        return [Name, { unit: Unit, value: root[Name] as number }];
      }),
    );
    return Dimensions.map((names) => {
      expect(names.length).toBeLessThanOrEqual(30);
      const dimensions = Object.fromEntries(
        names.map((name) => {
          expect(typeof root[name], `dimension ${name} is a text`).toBe('string');
          return [name, root[name] as string];
        }),
      );
      return { namespace: Namespace, at: meta.Timestamp, dimensions, metrics };
    });
  });
};
