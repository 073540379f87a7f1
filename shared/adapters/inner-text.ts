// The text that a feeder (SNS, SQS, EventBridge) carries -> the event in it.
import type { Json } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import type { Source } from '../pipeline.ts';
import type { EpochMs } from '../time.ts';
import type { Part } from './adapter.ts';
import { isInstant, made, onlyType, refused } from './parts.ts';

export type Envelope = {
  readonly id: string;
  readonly from: string;
  readonly time: EpochMs | undefined;
  readonly subject?: string;
};

/**
 * A CloudEvent or plain event inside goes on as it is; any other JSON object is the data of an event of the source's type, with the id
 * and the time of its envelope. Other texts are refused, unless the source says `format: plain`: then data is { text }.
 */
export const innerPart = (text: string, envelope: Envelope, source: Source, bytes: Uint8Array, field: string): Part => {
  const parsed = parseJson(Buffer.from(text));
  const value: Json = parsed.ok ? parsed.value : null;
  if (isObject(value) && (value.specversion !== undefined || value.plain === 1))
    return { kind: 'event', bytes: Buffer.from(text) };
  const data = isObject(value) ? value : source.format === 'plain' ? { text } : undefined;
  if (data === undefined) {
    const why = parsed.ok ? 'it is JSON, but no object' : parsed.cause;
    return refused(
      bytes,
      'event.not-an-event',
      `the message is no JSON object (${why}); format: plain takes any text`,
      field,
      text,
    );
  }
  const { id, from, time, subject } = envelope;
  const at = time !== undefined && isInstant(time) ? { time } : {};
  return made({ type: onlyType(source), source: from, id, ...at, ...(subject === undefined ? {} : { subject }), data });
};
