// Asks an account what is deployed and what the streams hold. The account is a port: AWS, an emulator, or what a test made up.

import type { LiveMapping } from '../../shared/aws/deployed-stack.ts';
import { unpackJson } from '../../shared/fold/pack.ts';
import type { Stream, Table } from '../../shared/ports.ts';
import type { Change, Known, Unread } from './change.ts';
import { type Deployment, runsOf } from './deployment.ts';
import { deploymentOfStack } from './from-stack.ts';
import { recordedDeployment } from './record.ts';
import { replacedStreams } from './resource-changes.ts';
import { unreadOf } from './unread.ts';

export type Account = {
  template(stack: string): Promise<unknown>;
  mappings(functionName: string): Promise<readonly LiveMapping[]>;
  stream(name: string): Stream;
  table(name: string): Table;
};

export type Asked = { readonly before: Deployment | null; readonly known: Known };

const LEDGER = 'LedgerTable';

/** Query ids of all manifests: what has state, when no deploy was recorded. */
const idsWithState = async (table: Table, run: string): Promise<readonly string[]> => {
  const ids = new Set<string>();
  for (const reads of ['enriched', 'refined'])
    for (const item of await table.query(`man#${run}#aggregate/${reads}`)) {
      const body = item.b instanceof Uint8Array ? (unpackJson(item.b) as { closed?: Record<string, number> }) : {};
      for (const id of Object.keys(body.closed ?? {})) ids.add(id);
    }
  return [...ids];
};

/** Mappings that somebody changed beside the stack: a deploy does not set them right. */
const driftOf = async (account: Account, before: Deployment): Promise<readonly Change[]> => {
  const out: Change[] = [];
  const names = new Map(before.streams.map((s) => [s.id, s.name]));
  for (const fn of before.functions) {
    const wanted = before.mappings.filter((m) => m.function === fn.name);
    if (wanted.length === 0) continue;
    const live = await account.mappings(fn.fullName);
    for (const m of wanted) {
      const is = live.find((l) => l.source === names.get(m.stream));
      const name = `${m.function} <- ${m.stream}`;
      if (is === undefined)
        out.push({
          about: 'mapping',
          name,
          action: 'remove',
          says: 'was deleted beside the stack: a deploy does not bring it back',
        });
      else if (is.enabled !== m.enabled)
        out.push({
          about: 'mapping',
          name,
          action: 'keep',
          says: `is switched ${is.enabled ? 'on' : 'off'} beside the stack`,
        });
    }
  }
  return out;
};

export const askAccount = async (account: Account, now: Deployment): Promise<Asked> => {
  const template = await account.template(`${now.service}-${now.stage}`);
  if (template === undefined) return { before: null, known: { unread: new Map(), state: null, drift: [] } };
  const stack = deploymentOfStack(template, now.service, now.stage);
  const ledger = stack.ledger ?? stack.stores[LEDGER];
  const table = ledger === undefined ? undefined : account.table(ledger);
  const recorded = table === undefined ? undefined : await recordedDeployment(table);
  const before: Deployment = { ...stack, queries: recorded?.queries ?? null, keys: recorded?.keys ?? null };
  const run = runsOf(before)[0] ?? '1';
  const unread = new Map<string, Unread>();
  for (const s of replacedStreams(before, now)) {
    const readers = before.mappings.filter((m) => m.stream === s.id).map((m) => m.function);
    const short = s.name.replace(`${now.service}-${now.stage}-`, '');
    if (table !== undefined)
      unread.set(s.id, await unreadOf({ stream: account.stream(s.name), short, readers, table, run }));
  }
  const state = recorded === undefined && table !== undefined ? await idsWithState(table, run) : null;
  return { before, known: { unread, state, drift: await driftOf(account, before) } };
};
