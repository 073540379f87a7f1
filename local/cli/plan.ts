// millrace plan: what a deploy would change, before it does; exit code 1 when it would lose or repeat events.
import { existsSync, readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { deployedStack } from '../../shared/aws/deployed-stack.ts';
import { streamOutside, tableOutside } from '../../shared/aws/outside.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { REASONS, type Reason } from '../plan/change.ts';
import { comparePlans } from '../plan/compare.ts';
import type { Deployment } from '../plan/deployment.ts';
import { deploymentOfStack } from '../plan/from-stack.ts';
import { type Asked, askAccount } from '../plan/known.ts';
import { isDeployment, recordDeployment } from '../plan/record.ts';
import { replacedStreams } from '../plan/resource-changes.ts';
import { showPlan } from '../plan/show-plan.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { deployNow } from './deploy-now.ts';
import { flagOf, listOf, textOf } from './parse-call.ts';

const accepted = (call: Call): readonly Reason[] =>
  listOf(call, 'accept').map((word) => {
    const reason = REASONS.find((r) => r === word);
    if (reason === undefined) throw new CallError(`--accept is "${word}"; ${wouldWork(word, REASONS, 'it may be')}`);
    return reason;
  });

/** A saved deploy.json, or a compiled template. */
const readPrevious = (file: string, now: Deployment): Deployment => {
  if (!existsSync(file)) throw new CallError(`--previous ${file}: no such file; \`millrace build\` writes deploy.json`);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CallError(`--previous ${file} is not JSON: ${(error as Error).message}`);
  }
  if (isDeployment(found)) return found;
  if (typeof found === 'object' && found !== null && 'Resources' in found)
    return deploymentOfStack(found, now.service, now.stage);
  throw new CallError(
    `--previous ${file} is neither a deploy.json of \`millrace build\` nor a compiled CloudFormation template`,
  );
};

const offline = (before: Deployment, now: Deployment): Asked => ({
  before,
  known: {
    unread: new Map(
      replacedStreams(before, now).map((s) => [
        s.id,
        { kind: 'unknown' as const, why: 'a file was compared, no account was asked' },
      ]),
    ),
    state: null,
    drift: [],
  },
});

/** What the SDK says when there is nobody to ask, in our words. */
const ask = async (now: Deployment): Promise<Asked> => {
  const stack = deployedStack();
  try {
    return await askAccount(
      {
        ...stack,
        stream: streamOutside,
        table: tableOutside,
      },
      now,
    );
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Unasked(
      `the account cannot be asked what is deployed (${why}); sign in, or compare with a file: --previous FILE`,
    );
  }
};
class Unasked extends Error {}

export const plan = async (call: Call): Promise<ExitCode> => {
  const accepts = accepted(call);
  const { template, deployment: now } = await deployNow(call);
  process.env.AWS_REGION ??= template.region;
  if (flagOf(call, 'record') === true) {
    const ledger = now.ledger ?? now.stores.LedgerTable;
    if (ledger === undefined) throw new CallError('serverless.yml describes no LedgerTable to record the deploy in');
    await recordDeployment(tableOutside(ledger), now, Date.now());
    process.stderr.write(`the deploy is recorded in ${ledger}\n`);
    return 0;
  }
  const previous = textOf(call, 'previous');
  let asked: Asked;
  try {
    asked = previous === undefined ? await ask(now) : offline(readPrevious(previous, now), now);
  } catch (error) {
    if (!(error instanceof Unasked)) throw error;
    process.stderr.write(`${styleText('red', 'millrace:', { stream: process.stderr })} ${error.message}\n`);
    return 1;
  }
  const found = comparePlans(asked.before, now, asked.known);
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
  const { text, refused } = showPlan(found, accepts, bold);
  if (flagOf(call, 'json') === true)
    process.stdout.write(`${JSON.stringify({ ok: refused.length === 0, refused, ...found })}\n`);
  else {
    const title = `${now.service}, stage ${now.stage}${asked.before === null ? ': nothing is deployed, all is new' : ''}`;
    process.stdout.write(`${bold(title)}\n\n${text}\n`);
  }
  if (refused.length > 0)
    process.stderr.write(
      `Do not deploy this: ${[...new Set(refused)].join(', ')}. Where you know better: --accept REASON\n`,
    );
  return refused.length > 0 ? 1 : 0;
};
