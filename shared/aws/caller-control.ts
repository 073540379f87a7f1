// What calls the functions of a deployed stage, turned on and off by an operator: mappings, schedules, the endpoint's setting. For commands;
// no function has it in its bundle.
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
} from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { type EpochMs, type Ms, minutes } from '../time.ts';
import { clientSettings } from './client.ts';
import { isNamed } from './sdk-errors.ts';

/** `state`: Enabled, Enabling, Updating, Creating, Disabling, Disabled; `source` the ARN. */
export type MappingState = { readonly uuid: string; readonly source: string; readonly state: string };

export type CallerControl = {
  mappings(functionName: string): Promise<readonly MappingState[]>;
  /** Lambda keeps the position of a mapping that is disabled. */
  setMapping(uuid: string, enabled: boolean): Promise<void>;
  isRuleOn(rule: string): Promise<boolean>;
  setRule(rule: string, on: boolean): Promise<void>;
  /** Variable of a function; undefined without it. */
  variable(functionName: string, name: string): Promise<string | undefined>;
  /** Resolves when the function runs with it; its other variables stay. */
  setVariable(functionName: string, name: string, value: string): Promise<void>;
  /** The greatest age of a record when a function was handed it, in the newest minute that is told of; null: in no minute. */
  iteratorAge(functionName: string, now: EpochMs): Promise<{ readonly at: EpochMs; readonly age: Ms } | null>;
};

/** CloudWatch tells of a minute when it is over, and a little later. */
const LOOK_BACK = minutes(10);
const POLL: Ms = 1_000;
const LONGEST_UPDATE = 300;

/** Every method throws the SDK's own error: a command shows it as it is. */
export const callerControl = (wait: (ms: Ms) => Promise<void>): CallerControl => {
  const lambda = new LambdaClient(clientSettings('LAMBDA'));
  const events = new EventBridgeClient(clientSettings('EVENTBRIDGE'));
  const metrics = new CloudWatchClient(clientSettings('CLOUDWATCH'));
  const config = (FunctionName: string) => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const variable = async (fn: string, name: string) => (await config(fn)).Environment?.Variables?.[name];
  return {
    async mappings(FunctionName) {
      const found: MappingState[] = [];
      let Marker: string | undefined;
      do {
        const page = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName, ...(Marker && { Marker }) }));
        for (const m of page.EventSourceMappings ?? [])
          found.push({ uuid: m.UUID ?? '', source: m.EventSourceArn ?? '', state: m.State ?? '' });
        Marker = page.NextMarker;
      } while (Marker);
      return found;
    },
    async setMapping(UUID, Enabled) {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    },
    isRuleOn: async (Name) => (await events.send(new DescribeRuleCommand({ Name }))).State !== 'DISABLED',
    async setRule(Name, on) {
      await events.send(on ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
    },
    variable,
    async setVariable(FunctionName, name, value) {
      const { Environment, RevisionId } = await config(FunctionName);
      const update = new UpdateFunctionConfigurationCommand({
        FunctionName,
        ...(RevisionId && { RevisionId }), // what somebody else changed meanwhile is not undone
        Environment: { Variables: { ...Environment?.Variables, [name]: value } },
      });
      await lambda.send(update).catch(async (error: unknown) => {
        // A try whose answer was lost has made another revision of it.
        const isDone = isNamed(error, 'PreconditionFailedException') && (await variable(FunctionName, name)) === value;
        if (!isDone) throw error;
      });
      for (let i = 0; i < LONGEST_UPDATE; i++) {
        const { LastUpdateStatus, LastUpdateStatusReason } = await config(FunctionName);
        if (LastUpdateStatus === 'Failed')
          throw new Error(`${FunctionName} was not updated: ${LastUpdateStatusReason}`);
        if (LastUpdateStatus !== 'InProgress') return;
        await wait(POLL);
      }
      throw new Error(`${FunctionName} is still being updated after ${LONGEST_UPDATE} s`);
    },
    async iteratorAge(fn, now) {
      const answer = await metrics.send(
        new GetMetricDataCommand({
          StartTime: new Date(now - LOOK_BACK),
          EndTime: new Date(now),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [
            {
              Id: 'age',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/Lambda',
                  MetricName: 'IteratorAge',
                  Dimensions: [{ Name: 'FunctionName', Value: fn }],
                },
                Period: 60,
                Stat: 'Maximum',
              },
            },
          ],
        }),
      );
      const found = answer.MetricDataResults?.[0];
      const [at, age] = [found?.Timestamps?.[0], found?.Values?.[0]];
      return at === undefined || age === undefined ? null : { at: at.getTime(), age };
    },
  };
};
