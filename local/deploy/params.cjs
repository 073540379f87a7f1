// Parameters of a deploy, judged before anything is made. A switch with an unknown value is refused earlier, where serverless.yml
// looks it up; what is left are names, numbers and values that need each other.

const { kafkaMistakes } = require('./kafka.cjs');

/** Whole numbers: the least, the most, and what counts. */
const NUMBERS = {
  retention: [24, 168, 'hours'],
  memory: [256, 10_240, 'MB'],
  batch: [1, 10_000, 'records'],
  window: [0, 300, 'seconds'],
  requestRate: [1, 10_000, 'requests a second'],
  requestBurst: [1, 5_000, 'requests'],
  scaleMin: [1, 10_000, 'shards'],
  scaleMax: [1, 10_000, 'shards'],
  scalePause: [1, 1_440, 'minutes'],
};
const CHOICES = {
  consumers: ['shared', 'fan-out'],
  client: ['signed', 'sdk'],
  log: ['kinesis', 'kafka'],
  verify: ['on', 'off'],
  data: ['Delete', 'Retain'],
  metrics: ['lean', 'full'],
  dashboard: ['on', 'off'],
  alarms: ['on', 'off'],
};
/** What a second run has none of: the stage whose past it is has them. */
const NOT_IN_A_REPLAY = {
  archive: 'off',
  lake: 'off',
  remember: 'off',
  catalog: 'off',
  compact: 'off',
  warehouse: 'off',
  search: 'off',
  publish: 'off',
  webhooks: 'off',
  topics: 'off',
  firehose: 'off',
  deaggregate: 'off',
  scale: 'off',
  hooks: 'off',
  door: 'iam',
  log: 'kinesis',
  data: 'Delete',
  table: 'on',
  iotTopic: '',
  logGroup: '',
  eventSource: '',
  feedQueue: '',
  domain: '',
};
const BUCKET = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const TABLE = /^[\w.-]{3,255}$/;
const ORIGIN = /^https?:\/\/[^/\s,]+$/;

/** Key groups are cut from the ring by halving; a group goes to one shard, so a shard without one stays empty. */
const groupMistakes = (groups, shards) => {
  const n = Number(groups);
  if (!Number.isInteger(Math.log2(n)) || n < 4 || n > 65_536)
    return [`--param groups=${groups}: expected a power of two from 4 to 65536`];
  return n < shards
    ? [`--param groups=${groups}: fewer than --param shards=${shards}, and a group is never parted`]
    : [];
};

/**
 * @param known   serverless.yml's `params`: by stage, then by name
 * @param given   as on the command line: `name=value`
 * @returns       one line for each mistake; none: all is well
 */
const paramMistakes = ({ known, given, stage }) => {
  const names = Object.keys(known.default ?? {});
  const cli = Object.fromEntries(
    given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const values = { ...known.default, ...known[stage], ...cli };
  const unknown = Object.keys({ ...known[stage], ...cli })
    .filter((name) => !names.includes(name))
    .map((name) => `--param ${name}: there is no such parameter; there are ${names.join(', ')}`);
  const numbers = Object.entries(NUMBERS).flatMap(([name, [least, most, unit]]) => {
    const n = Number(values[name]);
    return Number.isInteger(n) && n >= least && n <= most
      ? []
      : [`--param ${name}=${values[name]}: expected a whole number of ${unit} from ${least} to ${most}`];
  });
  const choices = Object.entries(CHOICES).flatMap(([name, wanted]) =>
    wanted.includes(values[name]) ? [] : [`--param ${name}=${values[name]}: expected ${wanted.join(' or ')}`],
  );
  const text = (name) => String(values[name] ?? '');
  const needs = (when, name, why) => (when && text(name) === '' ? [`--param ${name} is missing: ${why}`] : []);
  const isReplay = text('replay') === 'on';
  const forReplay = isReplay
    ? [
        ...['replayOf', 'replayBucket', 'replayQuery'].flatMap((name) =>
          needs(true, name, 'millrace replay --stage gives it'),
        ),
        ...needs(text('key') === 'own', 'replayKey', 'the past is encrypted with the key of the stage'),
        ...Object.entries(NOT_IN_A_REPLAY).flatMap(([name, wanted]) =>
          text(name) === wanted
            ? []
            : [`--param ${name}=${text(name)}: with replay=on it must be ${wanted === '' ? 'empty' : wanted}`],
        ),
        // A removal empties the bucket.
        ...(text('replayBucket') === text('bucket') || text('replayOf') === stage
          ? [`--param replay=on: stage and bucket must be others than those whose past is replayed`]
          : []),
      ]
    : [];
  const origins = text('origins')
    .split(',')
    .filter((o) => o !== '' && !ORIGIN.test(o));
  return [
    ...unknown,
    ...numbers,
    ...choices,
    ...needs(text('door') === 'jwt', 'issuer', 'door=jwt checks who signed a token'),
    ...needs(text('door') === 'jwt', 'audience', 'door=jwt checks whom a token is for'),
    ...needs(text('warehouse') !== 'off', 'warehouseSecret', 'the warehouse needs a login, kept as a secret'),
    ...needs(text('warehouse') === 'vpc', 'subnets', 'warehouse=vpc runs in subnets of yours'),
    ...needs(
      text('warehouse') === 'vpc',
      'securityGroups',
      'warehouse=vpc needs a security group that reaches the database',
    ),
    ...needs(text('topics') === 'vpc', 'subnets', 'topics=vpc runs in subnets of yours'),
    ...needs(text('topics') === 'vpc', 'securityGroups', 'topics=vpc needs a security group that reaches the brokers'),
    ...needs(text('webhooks') === 'on', 'webhookSecret', 'requests are signed with keys, kept as a secret'),
    ...needs(text('domain') !== '', 'certificate', 'a domain needs the ARN of its certificate in ACM'),
    ...needs(text('certificate') !== '', 'domain', 'a certificate is of use with a domain only'),
    ...kafkaMistakes(values),
    ...forReplay,
    // Not given, they are as many as serverless.yml gives to the shards.
    ...('groups' in { ...known[stage], ...cli } ? groupMistakes(text('groups'), Number(text('shards'))) : []),
    ...origins.map(
      (o) => `--param origins: "${o}" is no origin; expected https://host, parted by commas, without a path`,
    ),
    ...(text('bucket').includes('${') || BUCKET.test(text('bucket'))
      ? []
      : [`--param bucket=${values.bucket}: a bucket's name has 3 to 63 of a-z, 0-9, - and .`]),
    ...(text('ledgerTable').includes('${') || text('ledgerTable') === '' || TABLE.test(text('ledgerTable'))
      ? []
      : [`--param ledgerTable=${values.ledgerTable}: the name of a table has 3 to 255 of A-Z, a-z, 0-9, _, - and .`]),
  ];
};

module.exports = { paramMistakes };
