// What the roles of ingest, and of all that judge events as validate does, must be allowed for sources.yml: the plugin adds it when a stage is packaged.
import type { Source } from '../../shared/pipeline.ts';
import type { Grants, Statement } from '../destinations/grants.ts';

type Resource = Statement['Resource'][number];

/** Secrets Manager adds six characters to a name; an ARN has them. */
const secretArn = (secret: string): Resource =>
  secret.startsWith('arn:')
    ? secret
    : { 'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${secret}-??????` };

const reads = (secrets: readonly string[]): readonly Statement[] =>
  secrets.length === 0
    ? []
    : [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: [...new Set(secrets)].map(secretArn) }];

/** Statements by logical id of a role; a role that needs nothing is left out. */
export const sourceGrants = (sources: readonly Source[]): Grants => {
  const framed: readonly Statement[] = [
    ...reads(sources.flatMap(({ framing }) => (framing?.secret ? [framing.secret] : []))),
    // A value's header names a version by its UUID alone, which no ARN holds.
    ...(sources.some(({ framing }) => framing?.kind === 'glue')
      ? [{ Effect: 'Allow', Action: 'glue:GetSchemaVersion', Resource: ['*'] } as const]
      : []),
  ];
  const all: Grants = {
    IngestRole: reads(sources.flatMap(({ hook }) => (hook === undefined ? [] : [hook.secret]))),
    ValidateRole: framed,
    FeedReplayRole: framed,
    VerifySampleRole: framed,
  };
  return Object.fromEntries(Object.entries(all).filter(([, statements]) => statements.length > 0));
};
