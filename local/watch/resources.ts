// What watching adds to the stack. local/deploy/plugin.cjs puts it into the compiled template, so that dashboard and alarms follow
// from the functions that are deployed.
import { alarmsOf } from './alarms.ts';
import { dashboardBody } from './dashboard.ts';
import type { Watch } from './watched.ts';

export type CfnResource = { readonly Type: string; readonly [field: string]: unknown };

const arnOf = (name: string): string =>
  `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${name}`;

/**
 * Where alarms go. Encrypted with the stage's own key where it has one: CloudWatch may not use the key that AWS manages for SNS, and
 * the texts hold no event.
 */
const topic = ({ service, stage, address, ownKey }: Watch): Readonly<Record<string, CfnResource>> => ({
  AlarmTopic: {
    Type: 'AWS::SNS::Topic',
    Properties: {
      TopicName: `${service}-${stage}-alarms`,
      ...(ownKey && { KmsMasterKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] } }),
      ...(address !== '' && { Subscription: [{ Protocol: 'email', Endpoint: address }] }),
    },
  },
  AlarmTopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'AlarmTopic' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'AlarmsOfThisAccount',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: 'AlarmTopic' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    },
  },
});

/** Resources by logical id; none when dashboard and alarms are off. */
export const watchResources = (watch: Watch): Readonly<Record<string, CfnResource>> => {
  const alarms = watch.alarms ? alarmsOf(watch) : [];
  const body = dashboardBody(
    watch,
    alarms.map((a) => arnOf(a.name)),
  );
  return {
    ...(watch.alarms && topic(watch)),
    ...Object.fromEntries(
      alarms.map(({ id, properties }) => [id, { Type: 'AWS::CloudWatch::Alarm', Properties: properties }] as const),
    ),
    ...(watch.dashboard && {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `${watch.service}-${watch.stage}`,
          DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
        },
      },
    }),
  };
};
