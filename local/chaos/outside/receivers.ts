// Doubles of an endpoint, of Kafka's brokers and of a search engine behind the gate of a sandbox. What an endpoint or a topic took is kept
// beside the messages of the bus, in its order.
import { compatibilityPartitioner, murmur2, type Producer, ProtocolError } from '@platformatic/kafka';
import type { Post } from '../../../shared/destinations/guarded-post.ts';
import type { Request } from '../../../shared/destinations/search.ts';
import type { Clock } from '../../../shared/ports.ts';
import { seconds } from '../../../shared/time.ts';
import type { SearchEngine } from '../../stand-ins/search-engine.ts';
import type { Gate } from '../gate.ts';
import type { Message } from './bus.ts';

const DESTINATION = { refused: 'destination.throttled', unknown: 'destination.unavailable' } as const;
type Refuses = (row: { readonly [name: string]: unknown }) => boolean;

/** An endpoint that answers 422 to rows that it refuses. */
export const postOf =
  (taken: Message[], refuses: Refuses, gate: Gate): Post =>
  (_url, _headers, text) =>
    gate.call({
      label: 'post',
      kind: 'write',
      destination: 'hook',
      faults: DESTINATION,
      effect: async () => {
        const { id, type, subject, revision, deleted, data } = JSON.parse(text);
        if (data !== null && refuses(data)) return { status: 422, retryAfter: null, body: 'no' };
        taken.push({ table: type, id, key: subject, revision, deleted: deleted === true, text });
        return { status: 202, retryAfter: null, body: '' };
      },
    });

/** Time passes while a circuit is open: each question finds a later instant. */
export const passing = (clock: Clock): Clock => {
  let asked = 0;
  return { now: () => clock.now() + seconds(5) * asked++ };
};

const PARTITIONS = 3;
type Sent = Parameters<Producer['send']>[0]['messages'][number] & { readonly metadata?: unknown };
const partitionOf = (m: Sent): number =>
  (m.key ? compatibilityPartitioner(m as never, m.key) : murmur2(Buffer.from(String(m.metadata))) & 0x7fffffff) %
  PARTITIONS;

/** Brokers that take the records of a partition all or none: one that is refused keeps out its neighbours there, and those alone. */
export const producerOf = (taken: Message[], refuses: Refuses, gate: Gate): Pick<Producer, 'send'> => {
  const store = (messages: readonly Sent[]): void => {
    let refused = false;
    for (const [, mine] of Map.groupBy(messages, partitionOf)) {
      if (mine.some((m) => m.value && refuses(JSON.parse(m.value.toString())))) refused = true;
      else
        for (const { headers, value } of mine) {
          const of = new Map([...(headers as Map<Buffer, Buffer>)].map(([k, v]) => [k.toString(), v.toString()]));
          const said = (name: string): string => of.get(`ce_${name}`) ?? '';
          taken.push({
            table: said('type'),
            id: said('id'),
            key: said('subject'),
            revision: said('revision'),
            deleted: !value,
            text: value?.toString() ?? '',
          });
        }
    }
    if (refused) throw new ProtocolError('MESSAGE_TOO_LARGE');
  };
  const send = ({ messages }: { readonly messages: readonly Sent[] }) =>
    gate.call({
      label: `produce x${messages.length}`,
      kind: 'write',
      destination: 'topic',
      faults: DESTINATION,
      effect: async () => {
        store(messages);
        return {};
      },
    });
  return { send } as unknown as Pick<Producer, 'send'>;
};

/** Of a _bulk some actions may be refused by themselves. */
export const requestOf =
  (engine: SearchEngine, gate: Gate): Request =>
  ({ method, path, body }) => {
    const count = body.split('\n').filter((l) => /^\{"(index|delete|update)":/.test(l)).length;
    return gate.call({
      label: `index x${count}`,
      kind: 'write',
      destination: 'engine',
      faults: DESTINATION,
      effect: async () => engine.answer(method, path, body, []),
      entries: (answered) => ({
        count,
        partly: async (take) => {
          const refused = Array.from({ length: count }, (_, i) => i).filter((i) => !take(i));
          answered(engine.answer(method, path, body, refused));
        },
      }),
    });
  };
