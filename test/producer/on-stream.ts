// Events on a stream of a pipeline that runs here, as often as they are there.
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-kinesis';
import { clientSettings } from '../../shared/aws/client.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';

export type StreamEvent = {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly data: Record<string, unknown>;
};

/** @param said what `millrace start` says; it names the address of Kinesis */
export const kinesisOf = (said: readonly string[]): KinesisClient => {
  const endpoint = /Kinesis\S* +(http:\S+)/.exec(said.join('\n'))?.[1] ?? '';
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  return new KinesisClient({ ...clientSettings('KINESIS'), endpoint, region: 'us-east-1', credentials });
};

export const eventsOn = async (kinesis: KinesisClient, stream: string): Promise<readonly StreamEvent[]> => {
  const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
  const StreamName = StreamNames.find((n) => n.endsWith(`-${stream}`)) ?? '';
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const all: StreamEvent[] = [];
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    for (;;) {
      const page = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      for (const { Data, PartitionKey } of page.Records ?? []) {
        const unpacked = unpackRecord(Data as Uint8Array, PartitionKey ?? '');
        if (!unpacked.ok) throw new Error(unpacked.cause);
        for (const { bytes } of unpacked.records) {
          const event = JSON.parse(Buffer.from(bytes).toString());
          if (event.specversion === '1.0') all.push(event);
        }
      }
      if (page.MillisBehindLatest === 0 || page.NextShardIterator === undefined) break;
      ShardIterator = page.NextShardIterator;
    }
  }
  return all;
};
