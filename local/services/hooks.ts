// Where a local service can be made to fail: every call passes here on its way in and on its way out.

/** Those of AWS by their names in IAM; `postgres`, `webhook` and `kafka` are a database, an endpoint and brokers of the user's. */
export type ServiceName =
  | 'kinesis'
  | 'dynamodb'
  | 's3'
  | 'sqs'
  | 'secretsmanager'
  | 'sns'
  | 'events'
  | 'firehose'
  | 'es'
  | 'redshift-data'
  | 'postgres'
  | 'webhook'
  | 'kafka';

export type Call = {
  readonly service: ServiceName;
  /** As AWS names it: `PutRecords`, `UpdateItem`, `GetObject`. */
  readonly operation: string;
  /** The Lambda function that calls, by its user agent; `outside` for anybody else. */
  readonly caller: string;
  /** The request's JSON; for S3 an `ObjectCall`; of destinations what their stand-ins say. */
  readonly body: unknown;
};
export type ObjectCall = { readonly bucket: string; readonly key: string; readonly bytes: number };

/** What a call is answered with. `json` parses the body once, and is undefined when that is not JSON. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  readonly json: () => unknown;
};

export type ErrorVerdict = { readonly error: string; readonly status: number; readonly message?: string };
export type AfterVerdict =
  | 'pass'
  /** Never answer, until the caller gives up: for the caller the moment of a crash. */
  | 'hang'
  /** Close the connection without an answer. */
  | 'drop-answer'
  | ErrorVerdict;
/**
 * `hang` and an error keep the call from being done at all; `drop-answer` lets it be done. `partial` names the records of a
 * PutRecords (or entries of PutEvents, PutRecordBatch and _bulk) that are refused as throttled; the others are stored. `later` closes the connection without an answer and gets what
 * does the call, which lands when that is called.
 */
export type BeforeVerdict =
  | AfterVerdict
  | { readonly partial: readonly number[] }
  | { readonly later: (land: () => Promise<void>) => void };

export type Hooks = {
  readonly before?: (call: Call) => BeforeVerdict | Promise<BeforeVerdict>;
  /** The call is done: whatever is said now, its effect stays. */
  readonly after?: (call: Call, answer: Answer) => AfterVerdict | Promise<AfterVerdict>;
};

export const answerOf = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
  parsed?: unknown,
): Answer => {
  let known = parsed;
  return {
    status,
    headers,
    body,
    json: () => {
      if (known !== undefined || body.length === 0) return known;
      try {
        known = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
      } catch {
        return undefined;
      }
      return known;
    },
  };
};
