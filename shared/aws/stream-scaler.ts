// The port StreamScaler on Kinesis.
import { DescribeStreamSummaryCommand, KinesisClient, UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import type { StreamScaler } from '../steps/scale/scale.ts';
import { clientSettings } from './client.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;

export type StreamScalerOptions = { readonly stream: string; readonly client?: KinesisClient };

export const streamScaler = ({
  stream,
  client = new KinesisClient(clientSettings('KINESIS')),
}: StreamScalerOptions): StreamScaler => ({
  name: stream,
  now: () =>
    faulting(`DescribeStreamSummary ${stream}`, CODES, async () => {
      const { StreamDescriptionSummary: s } = await client.send(
        new DescribeStreamSummaryCommand({ StreamName: stream }),
      );
      const onDemand = s?.StreamModeDetails?.StreamMode === 'ON_DEMAND';
      return { open: s?.OpenShardCount ?? 0, steady: s?.StreamStatus === 'ACTIVE' && !onDemand };
    }),
  update: (to) =>
    faulting(`UpdateShardCount ${stream} ${to}`, CODES, async () => {
      await client.send(
        new UpdateShardCountCommand({ StreamName: stream, TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' }),
      );
    }),
});
