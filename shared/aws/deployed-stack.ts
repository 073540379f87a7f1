// What an account says of a deployed stack: its template and its mappings. For commands; no function has it in its bundle.
import { CloudFormationClient, DescribeStackResourceCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { clientSettings } from './client.ts';

/** A mapping as it is now, whatever the stack says. `source`: the last part of its ARN. */
export type LiveMapping = { readonly source: string; readonly position: string | null; readonly enabled: boolean };

export type DeployedStack = {
  /** The template that is deployed, as data; undefined without such a stack. */
  template(stack: string): Promise<unknown>;
  /** What the account calls a resource of a stack: a key's id; undefined when the stack has none of that logical id. */
  physicalId(stack: string, logicalId: string): Promise<string | undefined>;
  /** Mappings of a function; none for a function that does not exist. */
  mappings(functionName: string): Promise<readonly LiveMapping[]>;
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
/** CloudFormation has no error of its own for a stack that is not there. */
const isNoStack = (error: unknown): boolean =>
  isNamed(error, 'ValidationError') && /does not exist/i.test((error as Error).message);

const lastPart = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

/** Every method throws the SDK's own error when the account cannot be asked. */
export const deployedStack = (): DeployedStack => {
  const cloudFormation = new CloudFormationClient(clientSettings('CLOUDFORMATION'));
  const lambda = new LambdaClient(clientSettings('LAMBDA'));
  return {
    async template(stack) {
      try {
        const { TemplateBody } = await cloudFormation.send(
          new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
        );
        return TemplateBody === undefined ? undefined : (JSON.parse(TemplateBody) as unknown);
      } catch (error) {
        if (isNoStack(error)) return undefined;
        throw error;
      }
    },
    async physicalId(stack, logicalId) {
      try {
        const { StackResourceDetail: found } = await cloudFormation.send(
          new DescribeStackResourceCommand({ StackName: stack, LogicalResourceId: logicalId }),
        );
        return found?.PhysicalResourceId;
      } catch (error) {
        if (isNoStack(error)) return undefined;
        throw error;
      }
    },
    async mappings(functionName) {
      const found: LiveMapping[] = [];
      let marker: string | undefined;
      do {
        const page = await lambda
          .send(new ListEventSourceMappingsCommand({ FunctionName: functionName, ...(marker && { Marker: marker }) }))
          .catch((error: unknown) => {
            if (isNamed(error, 'ResourceNotFoundException')) return { EventSourceMappings: [], NextMarker: undefined };
            throw error;
          });
        for (const m of page.EventSourceMappings ?? [])
          found.push({
            source: lastPart(m.EventSourceArn ?? ''),
            position: m.StartingPosition ?? null,
            enabled: !['Disabled', 'Disabling'].includes(m.State ?? ''),
          });
        marker = page.NextMarker;
      } while (marker);
      return found;
    },
  };
};
