// CloudWatch by our own client.
import type { Calls, CloudWatchApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

type Wire = { readonly MetricDataResults?: readonly { Timestamps?: readonly (number | Date)[] }[] };

/** Instants come as seconds. */
const revive = (_: string, output: object): object => {
  for (const result of (output as Wire).MetricDataResults ?? [])
    result.Timestamps = (result.Timestamps ?? []).map((at) => new Date(Number(at) * 1_000));
  return output;
};

export const cloudWatchCalls = (options?: SignedOptions): Calls<CloudWatchApi> =>
  jsonCalls(
    { service: 'CLOUDWATCH', prefix: 'monitoring', target: 'GraniteServiceVersion20100801', version: '1.0', revive },
    options,
  );
