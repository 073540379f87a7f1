// A Kinesis on this machine, for any AWS SDK, the CLI, or callers in the same process.
import { type Clock, systemClock } from '../../shared/ports.ts';
import { jsonAnswer, readJsonCall, refuseAsJson } from '../services/json-service.ts';
import { Refused, type Served, type ServeOptions, type Service, serve } from '../services/serve.ts';
import { kinesisApi } from './api.ts';
import { shardQuotas, UNLIMITED } from './quotas.ts';
import { Streams } from './streams.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

export type KinesisOptions = ServeOptions & {
  readonly clock?: Clock;
  /** Throttle like AWS, per shard; off by default. */
  readonly quotas?: boolean;
};
export type LocalKinesis = Served & { readonly kinesis: Streams };

const speaksCbor = (contentType: string | undefined): boolean => contentType?.includes('cbor') ?? false;

export const startKinesis = async (options: KinesisOptions = {}): Promise<LocalKinesis> => {
  const { clock = systemClock, quotas = false } = options;
  const streams = new Streams(clock);
  const api = kinesisApi(streams, clock, quotas ? shardQuotas(clock) : UNLIMITED);
  const service: Service = {
    read(request) {
      if (speaksCbor(request.headers['content-type']))
        throw new Refused({
          error: 'UnsupportedMediaTypeException',
          status: 415,
          message:
            'this Kinesis takes JSON, not CBOR: set AWS_CBOR_DISABLE=true, or -Daws.cborEnabled=false (SDK for Java 2), ' +
            '-Dcom.amazonaws.sdk.disableCbor=true (SDK for Java 1, Kinesis Agent)',
        });
      return readJsonCall('kinesis', request);
    },
    handle: (call, _request, refused) => jsonAnswer(200, api(call.operation, call.body, refused), JSON_TYPE),
    refuse: refuseAsJson(JSON_TYPE),
  };
  return { ...(await serve(service, options)), kinesis: streams };
};
