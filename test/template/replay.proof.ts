// The stack of a replay's second run, held against the live stage beside which it stands.
import { expect, test } from 'vitest';
import { namesIn, ofType, stackOf } from './stack.ts';

const live = stackOf('prod');
const second = stackOf('replay');
type Statement = { readonly Action: string | string[]; readonly Resource: unknown };
const statements = ofType(second, 'AWS::IAM::Role').flatMap(([id, role]) =>
  (role.Properties.Policies[0].PolicyDocument.Statement as Statement[]).map((s) => ({ id, ...s })),
);
const theirs = (s: Statement): boolean =>
  /millrace-prod[-/](?!r2)|acme-millrace-prod(?!-r2)/.test(JSON.stringify(s.Resource));

test('nothing is left to settle, and no name is one of the live stage', () => {
  expect(second.Conditions).toBeUndefined();
  expect(JSON.stringify(second)).not.toMatch(/AWS::NoValue|undefined/);
  expect(namesIn(second).filter((n) => namesIn(live).includes(n))).toEqual([]);
});

test('it has no door, no clock, no archive, no raw stream and no reference table', () => {
  const functions = ofType(second, 'AWS::Lambda::Function').map(([, f]) => f.Properties.FunctionName as string);
  expect(functions.toSorted()).toEqual(
    ['aggregate', 'aggregate-again', 'enrich', 'feed-replay', 'refine', 'refine-again', 'transform', 'write-table'].map(
      (n) => `millrace-prod-r2-${n}`,
    ),
  );
  expect(ofType(second, 'AWS::ApiGatewayV2::Api')).toEqual([]);
  expect(ofType(second, 'AWS::Kinesis::Stream').map(([id]) => id)).toEqual([
    'ValidatedStream',
    'EnrichedStream',
    'RefinedStream',
  ]);
  expect(ofType(second, 'AWS::DynamoDB::Table').map(([id]) => id)).toEqual(['LedgerTable', 'ResultsTable']);
});

test('all of it goes with the stack', () => {
  // A version of a function goes with the function.
  const kept = Object.entries(second.Resources).filter(
    ([, r]) => r.DeletionPolicy === 'Retain' && r.Type !== 'AWS::Lambda::Version',
  );
  expect(kept).toEqual([]);
  for (const [id, t] of ofType(second, 'AWS::DynamoDB::Table'))
    expect([id, t.Properties.DeletionProtectionEnabled]).toEqual([id, false]);
});

test('of the live stage it may read; what it may write there is the item of the replay', () => {
  const actions = statements.filter(theirs).flatMap((s) => [s.Action].flat().map((a) => `${s.id} ${a}`));
  const reference = ['AggregateAgain', 'AggregateDashagain', 'Aggregate', 'Enrich', 'Transform'].map(
    (f) => `${f}Role dynamodb:BatchGetItem`,
  );
  const feeder = [
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
    'dynamodb:GetItem',
    'dynamodb:Query',
  ]
    .concat(['dynamodb:UpdateItem', 's3:ListBucket', 's3:GetObject'])
    .map((a) => `FeedReplayRole ${a}`);
  const refine = ['Refine', 'RefineAgain'].map((f) => `${f}Role kinesis:ListShards`);
  expect(actions.filter((a) => ![...reference, ...feeder, ...refine].includes(a))).toEqual([]);
  expect(feeder.filter((a) => !actions.includes(a))).toEqual([]);
  const update = statements.find((s) => s.id === 'FeedReplayRole' && s.Action === 'dynamodb:UpdateItem');
  expect(update).toMatchObject({ Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['replay'] } } });
  expect(statements.flatMap((s) => [s.Action].flat()).filter((a) => a.includes('*'))).toEqual([]);
});
