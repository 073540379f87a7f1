// Requests and answers of Kafka's protocol as an idempotent producer needs them, in one version each. https://kafka.apache.org/protocol
import { protocolErrors, Reader, Writer } from '@platformatic/kafka';
import { type Answer, answerOf } from '../services/hooks.ts';

export const PRODUCE = 0;
export const METADATA = 3;
export const API_VERSIONS = 18;
const INIT_PRODUCER_ID = 22;
/** Versions before fields were packed more tightly (KIP-482), and whose answers the client knows. */
const VERSIONS: readonly (readonly [key: number, version: number])[] = [
  [PRODUCE, 7],
  [METADATA, 8],
  [INIT_PRODUCER_ID, 1],
];
export const OPERATIONS: Readonly<Record<number, string>> = {
  [PRODUCE]: 'Produce',
  [METADATA]: 'Metadata',
  [INIT_PRODUCER_ID]: 'InitProducerId',
};
const NODE = 1;
const PARTITIONS = 3;

type Head = { readonly api: number; readonly version: number; readonly correlation: number; readonly client: string };
/** `body` of a call: what was asked for, so that a refusal can be worded. */
export type BrokerCall = Head & {
  readonly topics: readonly (readonly [topic: string, partitions: readonly number[]])[];
};

export const codeOf = (error: string): number =>
  (protocolErrors[error as keyof typeof protocolErrors]?.code as number) ?? -1;

export const headOf = (r: Reader): Head => ({
  api: r.readInt16(),
  version: r.readInt16(),
  correlation: r.readInt32(),
  client: r.readNullableString(false) ?? '',
});

type Part = { readonly topic: string; readonly partition: number; readonly batch: Buffer };
export const partsOf = (r: Reader): readonly Part[] => {
  r.readNullableString(false); // transactional id
  r.readInt16(); // acks
  r.readInt32(); // timeout
  return r
    .readArray(
      () => {
        const topic = r.readString(false);
        return r.readArray(() => ({ topic, partition: r.readInt32(), batch: r.readBytes(false) }), false, false);
      },
      false,
      false,
    )
    .flat();
};

export const framed = (correlation: number, fill: (w: Writer) => Writer): Answer =>
  answerOf(200, {}, fill(Writer.create().appendInt32(correlation)).prependLength().buffer);

export const apiVersions = ({ correlation, version }: Head): Answer =>
  framed(correlation, (w) => {
    const flexible = version >= 3;
    const all = [...VERSIONS, [API_VERSIONS, 3] as const];
    w.appendInt16(0).appendArray(
      all,
      (o, [key, most]) =>
        o
          .appendInt16(key)
          .appendInt16(key === API_VERSIONS ? 0 : most)
          .appendInt16(most),
      flexible,
      flexible,
    );
    if (version >= 1) w.appendInt32(0);
    return flexible ? w.appendTaggedFields() : w;
  });

const ids = (w: Writer, nodes: readonly number[]): Writer =>
  w.appendArray([...nodes], (o, id) => o.appendInt32(id), false, false);

export const metadata = (call: BrokerCall, port: number, error: number): Answer =>
  framed(call.correlation, (w) =>
    w
      .appendInt32(0)
      .appendArray(
        [NODE],
        (o) => o.appendInt32(NODE).appendString('127.0.0.1', false).appendInt32(port).appendString(null, false),
        false,
        false,
      )
      .appendString('millrace-here', false)
      .appendInt32(NODE)
      .appendArray(
        [...call.topics],
        (o, [topic]) =>
          o
            .appendInt16(error)
            .appendString(topic, false)
            .appendBoolean(false)
            .appendArray(
              Array.from({ length: PARTITIONS }, (_, p) => p),
              (q, p) =>
                ids(ids(ids(q.appendInt16(0).appendInt32(p).appendInt32(NODE).appendInt32(0), [NODE]), [NODE]), []),
              false,
              false,
            )
            .appendInt32(-2_147_483_648),
        false,
        false,
      )
      .appendInt32(-2_147_483_648),
  );

export const produced = (
  call: BrokerCall,
  of: (topic: string, partition: number) => { error: number; offset: number },
): Answer =>
  framed(call.correlation, (w) =>
    w
      .appendArray(
        [...call.topics],
        (o, [topic, partitions]) =>
          o.appendString(topic, false).appendArray(
            [...partitions],
            (q, p) => {
              const { error, offset } = of(topic, p);
              q.appendInt32(p).appendInt16(error).appendInt64(BigInt(offset)).appendInt64(-1n).appendInt64(0n);
            },
            false,
            false,
          ),
        false,
        false,
      )
      .appendInt32(0),
  );

export const readCall = (body: Buffer): BrokerCall => {
  const r = Reader.from(body);
  const head = headOf(r);
  if (head.api === METADATA) {
    const names = r.readNullableArray(() => r.readString(false), false, false) ?? [];
    return { ...head, topics: names.map((n) => [n, []] as const) };
  }
  if (head.api !== PRODUCE) return { ...head, topics: [] };
  const byTopic = Map.groupBy(partsOf(r), (p) => p.topic);
  return { ...head, topics: [...byTopic].map(([t, all]) => [t, all.map((p) => p.partition)] as const) };
};
