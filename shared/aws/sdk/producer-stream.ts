// The stream of a producer: it runs anywhere, so the SDK finds its credentials.
import type { Stream } from '../../ports.ts';
import { kinesisStream } from '../kinesis-stream.ts';
import { kinesisCalls } from './kinesis.ts';

export const producerStream = (stream: string): Stream => kinesisStream({ stream, calls: kinesisCalls() });
