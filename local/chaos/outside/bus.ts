// Doubles of an SQS FIFO queue, a standard queue and an event bus behind the calls of `publish`: what they took, in its order.
import type { Calls, EventsApi, SqsApi } from '../../../shared/aws/calls.ts';
import type { Clock } from '../../../shared/ports.ts';
import { type EpochMs, minutes } from '../../../shared/time.ts';
import type { Gate } from '../gate.ts';

/** A message as a receiver sees it. */
export type Message = {
  readonly table: string;
  readonly id: string;
  readonly key: string;
  readonly revision: string;
  readonly deleted: boolean;
  readonly text: string;
};
type Entry = { readonly group?: string; readonly name?: string; readonly message: Message };

const DESTINATION = { refused: 'destination.throttled', unknown: 'destination.unavailable' } as const;
/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html */
const REMEMBERED = minutes(5);

export class Bus {
  /** All that was taken, in order; what a FIFO queue drops is not in it. */
  readonly taken: Message[] = [];
  /** Entries that a FIFO queue knew already. */
  dropped = 0;
  readonly #seen = new Map<string, EpochMs>();
  readonly #clock: Clock;
  readonly #refuses: (m: Message) => boolean;

  /** @param refuses entries that are no messages to the service, whoever sends them */
  constructor(clock: Clock, refuses: (m: Message) => boolean) {
    this.#clock = clock;
    this.#refuses = refuses;
  }

  /** @returns what became of each entry */
  #take(entries: readonly Entry[]): readonly ('taken' | 'refused')[] {
    return entries.map(({ name, message }) => {
      if (this.#refuses(message)) return 'refused';
      const now = this.#clock.now();
      const at = name === undefined ? undefined : this.#seen.get(name);
      if (at !== undefined && now - at < REMEMBERED) {
        this.dropped++;
        return 'taken';
      }
      if (name !== undefined) this.#seen.set(name, now);
      this.taken.push(message);
      return 'taken';
    });
  }

  /** A batch call through the gate: some of its entries may fail by themselves. */
  #call<T>(
    gate: Gate,
    label: string,
    entries: readonly Entry[],
    answer: (outcomes: readonly ('taken' | 'refused' | 'failed')[]) => T,
  ): Promise<T> {
    return gate.call<T>({
      label: `${label} x${entries.length}`,
      kind: 'write',
      destination: 'bus',
      faults: DESTINATION,
      effect: async () => answer(this.#take(entries)),
      entries: (answered) => ({
        count: entries.length,
        partly: async (take) => {
          const outcomes = entries.map((e, i) => (take(i) ? (this.#take([e])[0] ?? 'failed') : 'failed'));
          answered(answer(outcomes));
        },
      }),
    });
  }

  sqs(gate: Gate): Calls<SqsApi> {
    type Input = {
      readonly QueueUrl: string;
      readonly Entries: readonly {
        readonly Id: string;
        readonly MessageBody: string;
        readonly MessageGroupId?: string;
        readonly MessageDeduplicationId?: string;
      }[];
    };
    const calls = (_: string, input: Input) => {
      const entries = input.Entries.map((e): Entry => {
        const said = JSON.parse(e.MessageBody) as Record<string, string>;
        const { id = '', type = '', subject = '', revision = '' } = said;
        const deleted = (said.deleted as unknown) === true;
        const message = { table: type, id, key: subject, revision, deleted, text: e.MessageBody };
        return { message, ...(e.MessageDeduplicationId !== undefined && { name: e.MessageDeduplicationId }) };
      });
      return this.#call(gate, 'send messages', entries, (outcomes) => {
        const ids = (wanted: string) =>
          outcomes.flatMap((o, i) => (o === wanted ? [(input.Entries[i] as { readonly Id: string }).Id] : []));
        return {
          Successful: ids('taken').map((Id) => ({ Id })),
          Failed: [
            ...ids('refused').map((Id) => ({ Id, Code: 'InvalidMessageContents', SenderFault: true })),
            ...ids('failed').map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })),
          ],
        };
      });
    };
    return calls as unknown as Calls<SqsApi>;
  }

  eventBridge(gate: Gate): Calls<EventsApi> {
    type Input = { readonly Entries: readonly { readonly DetailType: string; readonly Detail: string }[] };
    const calls = (_: string, input: Input) => {
      const entries = input.Entries.map(({ DetailType, Detail }): Entry => {
        const { metadata } = JSON.parse(Detail) as {
          metadata: { id: string; revision: string; key: string; deleted?: boolean };
        };
        const { id, revision, key, deleted = false } = metadata;
        return { message: { table: DetailType, id, key, revision, deleted, text: Detail } };
      });
      return this.#call(gate, 'put events', entries, (outcomes) => ({
        FailedEntryCount: outcomes.filter((o) => o !== 'taken').length,
        Entries: outcomes.map((o, i) => {
          if (o === 'taken') return { EventId: String(i) };
          return { ErrorCode: o === 'refused' ? 'MalformedDetail' : 'InternalFailure' };
        }),
      }));
    };
    return calls as unknown as Calls<EventsApi>;
  }
}
