// The log that the functions of a stage are chained by, chosen when they are bundled: this is Kinesis Data Streams.
export { kinesisStream as logStream } from '../aws/kinesis-stream.ts';
export { onKinesis as onBatches } from '../trigger/kinesis.ts';
