// What the destinations outside hold in a schedule, and the real adapters that reach them through a gate.
import { eventBus } from '../../../shared/aws/event-bus.ts';
import { sqsMessages } from '../../../shared/aws/sqs-messages.ts';
import { alerts } from '../../../shared/destinations/alerts.ts';
import { postgres } from '../../../shared/destinations/postgres.ts';
import { search } from '../../../shared/destinations/search.ts';
import { MESSAGES, SEARCH, TOPICS, tablesOf, WAREHOUSE, WEBHOOKS } from '../../../shared/destinations/tables-of.ts';
import { webhook } from '../../../shared/destinations/webhook.ts';
import type { KafkaClient } from '../../../shared/kafka/client.ts';
import { kafkaTopic } from '../../../shared/kafka/topic.ts';
import type { Clock, Table } from '../../../shared/ports.ts';
import type { Plan } from '../../../shared/query/plan.ts';
import type { Destination } from '../../../shared/steps/sink/destination.ts';
import { routed } from '../../../shared/steps/sink/route.ts';
import { type SearchEngine, searchEngine } from '../../stand-ins/search-engine.ts';
import type { Gate } from '../gate.ts';
import { Bus } from './bus.ts';
import { type PostgresDouble, postgresDouble } from './postgres.ts';
import { passing, postOf, producerOf, requestOf } from './receivers.ts';

const DESTINATION = { refused: 'destination.throttled', unknown: 'destination.unavailable' } as const;

export type Outside = {
  readonly warehouse: PostgresDouble;
  readonly bus: Bus;
  readonly engine: SearchEngine;
  /** Rows that their destination never takes, by what stands in them: the user's constraint. */
  readonly refuses: (row: { readonly [name: string]: unknown }) => boolean;
};

/** @param refused whether there are rows that a destination never takes */
export const outsideOf = (plan: Plan, clock: Clock, refused: boolean): Outside => {
  // Numbers and names of clicks are drawn, so that every third or so is refused whatever the table.
  const refuses: Outside['refuses'] = (row) => refused && (row.n === 4 || row.n === 1);
  return {
    refuses,
    engine: searchEngine((source) => refuses(JSON.parse(source))),
    warehouse: postgresDouble(tablesOf(plan, WAREHOUSE), (_, row) => refuses(row)),
    bus: new Bus(clock, ({ text }) => {
      const { data } = JSON.parse(text) as { data: { readonly [name: string]: unknown } | null };
      return data !== null && refuses(data);
    }),
  };
};

export const warehouseOf = ({ warehouse }: Outside, plan: Plan, gate: Gate): Destination => {
  const query = (text: string, values?: readonly unknown[]) =>
    gate.call({
      label: `upsert x${(values?.[0] as readonly unknown[] | undefined)?.length}`,
      kind: 'write',
      destination: 'warehouse',
      faults: DESTINATION,
      effect: () => warehouse.sql.query(text, values),
    });
  const tables = tablesOf(plan, WAREHOUSE);
  const database = postgres({ query }, tables, 'the warehouse');
  return routed('the warehouse', new Map(tables.map((t) => [t.name, database])));
};

export const busOf = ({ bus }: Outside, plan: Plan, gate: Gate, table: Table, run: string): Destination => {
  const [sqs, events] = [bus.sqs(gate), bus.eventBridge(gate)];
  return routed(
    'publish',
    new Map(
      tablesOf(plan, MESSAGES).map((t) => {
        const destination =
          t.connector === 'sqs'
            ? sqsMessages({ queueUrl: t.options['queue-url'] ?? '', calls: sqs })
            : eventBus({ bus: t.options.bus ?? '', source: 'chaos', calls: events });
        return [t.name, t.alert ? alerts({ table, run, destination }) : destination] as const;
      }),
    ),
  );
};

export const searchOf = ({ engine }: Outside, plan: Plan, gate: Gate): Destination => {
  const tables = tablesOf(plan, SEARCH);
  const one = search(requestOf(engine, gate), tables, 'the engine');
  return routed('the engine', new Map(tables.map((t) => [t.name, one])));
};

export const hooksOf = ({ bus, refuses }: Outside, plan: Plan, gate: Gate, clock: Clock): Destination => {
  const tables = tablesOf(plan, WEBHOOKS);
  const post = postOf(bus.taken, refuses, gate);
  const one = webhook({ tables, secrets: async () => [], post, clock: passing(clock) });
  return routed('the webhooks', new Map(tables.map((t) => [t.name, one])));
};

export const topicsOf = ({ bus, refuses }: Outside, plan: Plan, gate: Gate): Destination => {
  const producer = producerOf(bus.taken, refuses, gate) as KafkaClient['producer'];
  return routed('the topics', new Map(tablesOf(plan, TOPICS).map((t) => [t.name, kafkaTopic(t, { producer })])));
};
