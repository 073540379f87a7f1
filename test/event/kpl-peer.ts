// aws-kinesis-agg, the other side of the interoperability tests and benchmarks. Its own typings need a package that it does not bring.
import { createRequire } from 'node:module';

type PeerRecord = { readonly partitionKey: string; readonly explicitPartitionKey?: string; readonly data: string };
type PeerAggregator = {
  addUserRecord(record: { partitionKey: string; explicitHashKey?: string | undefined; data: Buffer }): void;
  calculateUserRecordSize(record: { partitionKey: string; explicitHashKey?: string | undefined; data: Buffer }): number;
  build(): { readonly partitionKey: string; readonly data: Buffer };
};
type Peer = {
  deaggregateSync(
    record: { data: string; sequenceNumber: string; partitionKey: string },
    checksums: boolean,
    done: (error: Error | null | undefined, records?: readonly PeerRecord[]) => void,
  ): void;
  RecordAggregator: new () => PeerAggregator;
};

export const peer = createRequire(import.meta.url)('aws-kinesis-agg') as Peer;

/** User records of a Kinesis record as Lambda hands it over, in base64; checksum checked. Throws what the peer answers. */
export const peerDecode = (base64: string): readonly PeerRecord[] => {
  const out: PeerRecord[] = [];
  peer.deaggregateSync({ data: base64, sequenceNumber: '1', partitionKey: 'p' }, true, (error, records) => {
    if (error) throw error;
    if (records) for (const record of records) out.push(record);
  });
  return out;
};

export const peerEncode = (
  records: readonly { partitionKey: string; explicitHashKey?: string | undefined; data: Buffer }[],
): Buffer => {
  const aggregator = new peer.RecordAggregator();
  for (const record of records) aggregator.addUserRecord(record);
  return aggregator.build().data;
};
