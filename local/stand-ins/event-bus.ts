// EventBridge on this machine: PutEvents with the limits that its reference states, entry by entry.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
import { jsonAnswer, readJsonCall, refuseAsJson } from '../services/json-service.ts';
import { Refused, type Served, type ServeOptions, type Service, serve } from '../services/serve.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;

export type BusEntry = {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Time?: number;
};

/** The size of an entry as the service counts it: 14 bytes for Time, UTF-8 for the rest. */
const sizeOf = ({ Source = '', DetailType = '', Detail = '', Time }: BusEntry): number =>
  (Time === undefined ? 0 : 14) + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

const isObject = (text: string): boolean => {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** Why an entry is not taken; null when it is. */
const flawOf = ({ Source, DetailType, Detail }: BusEntry): readonly [code: string, message: string] | null => {
  if (!Source) return ['InvalidArgument', 'Parameter Source is not valid. Reason: Source is a required argument.'];
  if (Source.startsWith('aws.')) return ['NotAuthorizedForSourceException', 'Not authorized for the source.'];
  if (!DetailType)
    return ['InvalidArgument', 'Parameter DetailType is not valid. Reason: DetailType is a required argument.'];
  if (Detail === undefined)
    return ['InvalidArgument', 'Parameter Detail is not valid. Reason: Detail is a required argument.'];
  return isObject(Detail) ? null : ['MalformedDetail', 'Detail is malformed.'];
};

/** @param taken told the entries that were taken, in order */
export const startEventBus = (
  taken: (entries: readonly BusEntry[]) => void,
  options: ServeOptions = {},
): Promise<Served> => {
  let count = 0;
  const refuse = (message: string): never => {
    throw new Refused({ error: 'ValidationException', status: 400, message });
  };
  const service: Service = {
    read: (request) => readJsonCall('events', request),
    handle: ({ operation, body }, _request, refused) => {
      if (operation !== 'PutEvents') return refuse(`${operation} is not done here; PutEvents is`);
      const entries = (body as { readonly Entries?: readonly BusEntry[] }).Entries ?? [];
      if (entries.length === 0 || entries.length > MOST_ENTRIES)
        return refuse(`Member must have length less than or equal to ${MOST_ENTRIES}, and at least 1`);
      if (entries.reduce((sum, e) => sum + sizeOf(e), 0) > MOST_BYTES)
        return refuse('Total size of the entries in the request is over the limit.');
      const flaws = entries.map((e, i) =>
        refused.includes(i) ? (['ThrottlingException', 'Rate exceeded'] as const) : flawOf(e),
      );
      taken(entries.filter((_, i) => flaws[i] === null));
      const Entries = flaws.map((flaw) =>
        flaw === null ? { EventId: `here-${++count}` } : { ErrorCode: flaw[0], ErrorMessage: flaw[1] },
      );
      return jsonAnswer(200, { Entries, FailedEntryCount: flaws.filter((f) => f !== null).length }, JSON_TYPE);
    },
    refuse: refuseAsJson(JSON_TYPE),
  };
  return serve(service, options);
};
