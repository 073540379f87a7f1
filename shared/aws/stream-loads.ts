// The port StreamLoads on CloudWatch: the stream metrics that Kinesis gives at no price, by the minute.
import { cloudWatchCalls } from '#aws/cloudwatch';
import type { StreamLoads } from '../steps/scale/scale.ts';
import { minutes } from '../time.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;
/** Metrics of the last minute or two are not complete yet. */
const DELAY = 2;
const METRICS = { bytes: 'IncomingBytes', records: 'IncomingRecords' } as const;

export const streamLoads = (calls = cloudWatchCalls()): StreamLoads => ({
  minutes: (stream, count, now) =>
    faulting(`GetMetricData ${stream}`, CODES, async () => {
      const end = Math.floor(now / minutes(1) - DELAY) * minutes(1);
      const start = end - minutes(count);
      const answer = await calls('GetMetricData', {
        StartTime: new Date(start),
        EndTime: new Date(end),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: Object.entries(METRICS).map(([Id, MetricName]) => ({
          Id,
          MetricStat: {
            Metric: { Namespace: 'AWS/Kinesis', MetricName, Dimensions: [{ Name: 'StreamName', Value: stream }] },
            Period: 60,
            Stat: 'Sum',
          },
        })),
      });
      const values = (id: keyof typeof METRICS): ReadonlyMap<number, number> => {
        const found = answer.MetricDataResults?.find((r) => r.Id === id);
        return new Map((found?.Timestamps ?? []).map((at, i) => [at.getTime(), found?.Values?.[i] ?? 0]));
      };
      const [bytes, records] = [values('bytes'), values('records')];
      return Array.from({ length: count }, (_, i) => {
        const at = start + minutes(i);
        return { bytes: bytes.get(at) ?? 0, records: records.get(at) ?? 0 };
      });
    }),
});
