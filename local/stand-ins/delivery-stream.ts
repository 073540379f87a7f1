// Data Firehose on this machine: PutRecordBatch with the limits that its reference states, record by record.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
import { jsonAnswer, readJsonCall, refuseAsJson } from '../services/json-service.ts';
import { Refused, type Served, type ServeOptions, type Service, serve } from '../services/serve.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';
const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1_048_576;
const MOST_RECORD = 1_000 * 1_024;

type Body = { readonly DeliveryStreamName?: string; readonly Records?: readonly { readonly Data?: string }[] };

/** @param taken told the stream and the lines of the records that were taken, in order */
export const startDeliveryStream = (
  taken: (stream: string, lines: readonly string[]) => void,
  options: ServeOptions = {},
): Promise<Served> => {
  let count = 0;
  const refuse = (error: string, message: string): never => {
    throw new Refused({ error, status: 400, message });
  };
  const service: Service = {
    read: (request) => readJsonCall('firehose', request),
    handle: ({ operation, body }, _request, refused) => {
      if (operation !== 'PutRecordBatch')
        return refuse('InvalidArgumentException', `${operation} is not done here; PutRecordBatch is`);
      const { DeliveryStreamName: stream, Records: records = [] } = body as Body;
      if (!stream) return refuse('ResourceNotFoundException', 'DeliveryStreamName is missing');
      if (records.length === 0 || records.length > MOST_RECORDS)
        return refuse('ValidationException', `Records must have length between 1 and ${MOST_RECORDS}`);
      const bytes = records.map((r) => Buffer.from(r.Data ?? '', 'base64'));
      if (bytes.some((b) => b.length > MOST_RECORD))
        return refuse('InvalidArgumentException', 'Record size exceeds 1000 KB');
      if (bytes.reduce((sum, b) => sum + b.length, 0) > MOST_BYTES)
        return refuse('InvalidArgumentException', 'Records size exceeds 4 MB limit');
      const isTaken = (i: number): boolean => !refused.includes(i);
      taken(
        stream,
        bytes.flatMap((b, i) => (isTaken(i) ? b.toString().split('\n').slice(0, -1) : [])),
      );
      const RequestResponses = records.map((_, i) =>
        isTaken(i)
          ? { RecordId: `here-${++count}` }
          : { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' },
      );
      const FailedPutCount = RequestResponses.filter((r) => 'ErrorCode' in r).length;
      return jsonAnswer(200, { Encrypted: false, FailedPutCount, RequestResponses }, JSON_TYPE);
    },
    refuse: refuseAsJson(JSON_TYPE),
  };
  return serve(service, options);
};
