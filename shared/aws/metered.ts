// Counts a client's calls and the write units that their answers name.
import type { Usage } from '../metrics/usage.ts';

type Handler = (args: never) => Promise<{ readonly output: object }>;
/** What all clients of the SDK have in common here. */
type Client = {
  readonly middlewareStack: {
    add(middleware: (next: Handler) => Handler, options: { readonly step: 'initialize'; readonly name: string }): void;
  };
};

type Capacity = { readonly CapacityUnits?: number | undefined };
const READS = new Set(['GetItem', 'BatchGetItem', 'Query']);

const unitsOf = (output: object): number => {
  const { ConsumedCapacity: consumed } = output as { readonly ConsumedCapacity?: Capacity | readonly Capacity[] };
  if (consumed === undefined) return 0;
  return [consumed].flat().reduce((sum, c) => sum + ((c as Capacity).CapacityUnits ?? 0), 0);
};

/** @returns the client itself; without `usage` nothing is counted */
export const metered = <C>(client: C, usage: Usage | undefined): C => {
  if (usage === undefined) return client;
  const { middlewareStack } = client as unknown as Client;
  middlewareStack.add(
    ((next: Handler, context: { readonly commandName?: string }) => async (args: never) => {
      usage.calls++;
      const answer = await next(args);
      const isRead = READS.has((context.commandName ?? '').replace(/Command$/, ''));
      if (!isRead) usage.writeUnits += unitsOf(answer.output);
      return answer;
    }) as (next: Handler) => Handler,
    { step: 'initialize', name: 'usage' },
  );
  return client;
};
