// What an account says: credentials, quotas, names that are taken. Asked through a port, so that tests and emulators answer too.
import type { StreamTrigger, Template } from '../template/template.ts';
import { bad, type Finding, ok } from './finding.ts';

export type Owned = 'free' | 'mine' | 'taken';
/** Each method throws what the SDK throws. */
export type AccountFacts = {
  /** Concurrent executions: those of the account, and those that no function has reserved. */
  concurrency(): Promise<{ readonly all: number; readonly unreserved: number }>;
  /** Shards of provisioned streams that the region allows, and those that are open. */
  shards(): Promise<{ readonly limit: number; readonly open: number }>;
  /** The stack's status; undefined without one. */
  stack(name: string): Promise<string | undefined>;
  bucket(name: string): Promise<Owned>;
  /** Open shards; undefined without such a stream. */
  stream(name: string): Promise<number | undefined>;
  table(name: string): Promise<boolean>;
};

const NOT_SIGNED_IN =
  /Credentials|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|AuthFailure|SSO|Token is expired/i;
const NOT_ALLOWED = /AccessDenied|Unauthorized|not authorized/i;

type Trouble = 'signed-out' | 'not-allowed' | 'unreachable';
const troubleOf = (error: unknown): Trouble => {
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  return NOT_SIGNED_IN.test(text) ? 'signed-out' : NOT_ALLOWED.test(text) ? 'not-allowed' : 'unreachable';
};
const short = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 160);

/** Functions that can run at the same time: one for each shard of a mapping, those of queues, and those behind the API. */
export const concurrencyNeeded = (template: Template): number => {
  const shardsOf = new Map(template.streams.map((s) => [s.name, s.shards]));
  const streams = template.functions
    .flatMap((f) => f.triggers)
    .filter((t): t is StreamTrigger => t.kind === 'stream' && t.enabled)
    .reduce((sum, t) => sum + (shardsOf.get(t.stream) ?? 1) * t.parallelizationFactor, 0);
  const others = template.functions
    .flatMap((f) => f.triggers)
    .reduce((sum, t) => {
      if (t.kind === 'queue') return sum + (t.maximumConcurrency ?? 5);
      return sum + (t.kind === 'schedule' || t.kind === 'http' ? 1 : 0);
    }, 0);
  return streams + others;
};

const TIGHT = 0.7;

const concurrency = (
  needed: number,
  { all, unreserved }: Awaited<ReturnType<AccountFacts['concurrency']>>,
): Finding => {
  const about = 'Lambda concurrency';
  const says = `${needed} needed by streams, queues and schedules, ${unreserved} of ${all} free of reservation; requests come on top`;
  const way = 'ask for more in Service Quotas (Lambda, concurrent executions), or use fewer shards';
  return needed > unreserved
    ? bad('fail', about, says, way)
    : needed > unreserved * TIGHT
      ? bad('warn', about, says, way)
      : ok(about, says);
};

const shardQuota = (more: number, { limit, open }: Awaited<ReturnType<AccountFacts['shards']>>): Finding => {
  const about = 'Kinesis shards';
  const says = `${open} open of ${limit}, this stage adds ${more}`;
  return open + more > limit
    ? bad(
        'fail',
        about,
        says,
        'ask for more in Service Quotas (Kinesis, shards for each Region), or --param shards=N with fewer',
      )
    : ok(about, says);
};

/** A stack in these states takes no deploy. */
const STUCK = /^(?:ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED|CREATE_FAILED)$/;

const stackFinding = (name: string, status: string | undefined): Finding =>
  status === undefined
    ? ok('stack', `${name} is not there: the first deploy makes it`)
    : STUCK.test(status)
      ? bad(
          'fail',
          'stack',
          `${name} is ${status}: no deploy goes through`,
          status.startsWith('UPDATE')
            ? 'continue the rollback in the console of CloudFormation'
            : 'serverless remove, or delete the stack',
        )
      : /IN_PROGRESS$/.test(status)
        ? bad('warn', 'stack', `${name} is ${status}`, 'wait until it is done')
        : ok('stack', `${name} is ${status}`);

/** Names that a first deploy would make, and that are there already. */
const taken = async (facts: AccountFacts, template: Template, deployed: boolean): Promise<readonly Finding[]> => {
  const out: Finding[] = [];
  for (const { name } of template.buckets) {
    const owned = await facts.bucket(name);
    if (owned === 'taken')
      out.push(
        bad(
          'fail',
          'bucket name',
          `${name} belongs to another account: bucket names are unique in the whole world`,
          '--param bucket=NAME with a name of your own',
        ),
      );
    else if (owned === 'mine' && !deployed)
      out.push(
        bad(
          'fail',
          'bucket name',
          `${name} is there, left by a stage before`,
          'remove it (it is kept on purpose), or --param bucket=NAME',
        ),
      );
    else out.push(ok('bucket name', owned === 'mine' ? `${name} is this stage's` : `${name} is free`));
  }
  if (deployed) return out;
  const there: string[] = [];
  for (const { name } of template.streams) if ((await facts.stream(name)) !== undefined) there.push(`stream ${name}`);
  for (const { name } of template.tables) if (await facts.table(name)) there.push(`table ${name}`);
  out.push(
    there.length === 0
      ? ok('names', 'streams and tables are free')
      : bad(
          'fail',
          'names',
          `there already, and no stack has them: ${there.join(', ')}`,
          'remove what a stage before left (docs/deploy.md), or take another --stage',
        ),
  );
  return out;
};

export const NOT_CHECKED = ['Lambda concurrency', 'Kinesis shards', 'stack', 'bucket name', 'names'] as const;

const unchecked = bad(
  'unknown',
  'account',
  `not looked at: ${NOT_CHECKED.join(', ')}`,
  'run millrace doctor again when signed in',
);

/** Each question by itself: one that is not allowed leaves the others. */
const asked = async (about: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
  try {
    return await ask();
  } catch (error) {
    const says = `not looked at: ${short(error)}`;
    return [
      troubleOf(error) === 'not-allowed'
        ? bad('warn', about, says, 'the permissions of a deployer stand in docs/deploy.md')
        : bad('unknown', about, says, 'run millrace doctor once more'),
    ];
  }
};

export const accountFindings = async (facts: AccountFacts, template: Template): Promise<readonly Finding[]> => {
  const name = `${template.service}-${template.stage}`;
  let status: string | undefined;
  let first: Finding;
  try {
    status = await facts.stack(name);
    first = ok('credentials', `taken in ${template.region}`);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble !== 'not-allowed') {
      const [says, way] =
        trouble === 'signed-out'
          ? [
              'nobody is signed in',
              'aws sso login, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; here nothing needs them',
            ]
          : [
              `AWS cannot be reached: ${short(error)}`,
              'a way to the internet, or AWS_ENDPOINT_URL of an emulator; here nothing needs it',
            ];
      return [bad('warn', 'credentials', says, way), unchecked];
    }
    first = bad(
      'warn',
      'credentials',
      `taken, but not allowed to look at stacks: ${short(error)}`,
      'the permissions of a deployer stand in docs/deploy.md',
    );
  }
  const deployed = status !== undefined && status !== 'REVIEW_IN_PROGRESS';
  const wanted = template.streams.filter((s) => !s.onDemand);
  return [
    first,
    ...(first.verdict === 'ok' ? [stackFinding(name, status)] : []),
    ...(await asked('Lambda concurrency', async () => [
      concurrency(concurrencyNeeded(template), await facts.concurrency()),
    ])),
    ...(await asked('Kinesis shards', async () => {
      let more = 0;
      for (const s of wanted) more += Math.max(0, s.shards - ((await facts.stream(s.name)) ?? 0));
      return [shardQuota(more, await facts.shards())];
    })),
    ...(await asked('names', () => taken(facts, template, deployed))),
  ];
};
