// Kinesis Data Streams by our own client.
import type { Calls, KinesisApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

type WireRecord = { Data?: string | Uint8Array; ApproximateArrivalTimestamp?: number | Date };

const revive = (operation: string, output: object): object => {
  if (operation === 'GetRecords')
    for (const r of (output as { readonly Records?: readonly WireRecord[] }).Records ?? []) {
      if (typeof r.Data === 'string') r.Data = Buffer.from(r.Data, 'base64');
      if (typeof r.ApproximateArrivalTimestamp === 'number')
        r.ApproximateArrivalTimestamp = new Date(Math.round(r.ApproximateArrivalTimestamp * 1_000));
    }
  return output;
};

export const kinesisCalls = (options?: SignedOptions): Calls<KinesisApi> =>
  jsonCalls({ service: 'KINESIS', prefix: 'kinesis', target: 'Kinesis_20131202', version: '1.1', revive }, options);
