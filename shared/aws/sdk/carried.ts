// Calls by a client of the AWS SDK: the operation's command, sent.
import type { Calls, Operations } from '../calls.ts';

type Command = { readonly middlewareStack: { add(middleware: unknown, options: object): void } };
type Commands = Readonly<Record<string, new (input: never) => Command>>;
/** What all clients of the SDK have in common here. */
type Client = { send(command: never): Promise<unknown> };

/** Runs behind the signer, so that the signature dates from before. */
const AFTER_SIGNING = { step: 'finalizeRequest', priority: 'low', name: 'beforeSend' };

export const carried =
  <A extends Operations>(client: Client, commands: Commands): Calls<A> =>
  (operation, input, { beforeSend } = {}) => {
    const Made = commands[operation] as new (input: object) => Command;
    const command = new Made(input);
    if (beforeSend !== undefined)
      command.middlewareStack.add(
        (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
          beforeSend();
          return next(args);
        },
        AFTER_SIGNING,
      );
    return client.send(command as never) as never;
  };
