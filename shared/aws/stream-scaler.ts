// The port StreamScaler on Kinesis.
import { kinesisCalls } from '#aws/kinesis';
import type { StreamScaler } from '../steps/scale/scale.ts';
import type { Calls, KinesisApi } from './calls.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;

export type StreamScalerOptions = { readonly stream: string; readonly calls?: Calls<KinesisApi> };

export const streamScaler = ({ stream, calls = kinesisCalls() }: StreamScalerOptions): StreamScaler => ({
  name: stream,
  now: () =>
    faulting(`DescribeStreamSummary ${stream}`, CODES, async () => {
      const { StreamDescriptionSummary: s } = await calls('DescribeStreamSummary', { StreamName: stream });
      const onDemand = s?.StreamModeDetails?.StreamMode === 'ON_DEMAND';
      return { open: s?.OpenShardCount ?? 0, steady: s?.StreamStatus === 'ACTIVE' && !onDemand };
    }),
  update: (to) =>
    faulting(`UpdateShardCount ${stream} ${to}`, CODES, async () => {
      await calls('UpdateShardCount', { StreamName: stream, TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' });
    }),
});
