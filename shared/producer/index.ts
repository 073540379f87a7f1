// What `millrace/producer` exports. docs/producer.md shows how it is used.
export type { Counts, Told } from './counts.ts';
export { type HttpOptions, toHttp } from './http.ts';
export { type KinesisOptions, type PutStream, type StreamOptions, toKinesis, toStream } from './kinesis.ts';
export { NotPut } from './not-put.ts';
export type { NewEvent, Outgoing } from './outgoing.ts';
export { type Ack, createProducer, type Producer, type ProducerOptions } from './producer.ts';
export type { Transport } from './transport.ts';
