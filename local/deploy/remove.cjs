// `serverless remove`: a stage whose data may go loses its bucket with what is in it; of one whose data must stay, it says what is
// left and how that goes too.
const { S3Client, DeleteObjectsCommand, ListObjectVersionsCommand } = require('@aws-sdk/client-s3');

const keeps = ({ service }) => service.custom.kept.recovery === true;

/** osls hands out settings for clients; Serverless 4 leaves credentials in the environment, where clients find them. */
const clientSettings = async (provider) => ({
  region: provider.getRegion(),
  ...((await provider.getAwsSdkV3Config?.()) ?? {}),
});

/** Empties the data bucket of a stage with data: Delete; CloudFormation deletes only an empty one. */
const emptyBucket = async (serverless) => {
  if (keeps(serverless)) return;
  const client = new S3Client({ ...(await clientSettings(serverless.getProvider('aws'))), forcePathStyle: true });
  const Bucket = serverless.service.custom.names.bucket;
  try {
    for (;;) {
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
      const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (Objects.length === 0) return;
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      if (Errors.length > 0) throw new Error(`${Bucket}/${Errors[0].Key} was not deleted: ${Errors[0].Message}`);
    }
  } catch (error) {
    if (error.name !== 'NoSuchBucket') throw error;
  } finally {
    client.destroy();
  }
};

/** @returns lines for the one who removed the stage */
const leftBehind = (serverless) => {
  if (!keeps(serverless)) return [];
  const { service } = serverless;
  const { names, encryption } = service.custom;
  const own = encryption.log?.['Fn::GetAtt'] !== undefined;
  const tables = [names.ledger, names.reference, names.results];
  const secret = service.functions.ingest?.environment?.KEYS_SECRET ? names.apiKeys : undefined;
  const kept = [
    `tables ${tables.join(', ')}`,
    `bucket ${names.bucket}`,
    ...(secret === undefined ? [] : [`secret ${secret}`]),
    ...(own ? ['the KMS key that reads them'] : []),
  ];
  return [
    '',
    `Kept, since this stage has data: Retain, and paid for until you remove it: ${kept.join('; ')}.`,
    'To remove it too, for good:',
    ...tables.flatMap((t) => [
      `  aws dynamodb update-table --table-name ${t} --no-deletion-protection-enabled`,
      `  aws dynamodb delete-table --table-name ${t}`,
    ]),
    `  empty the bucket with all versions (S3's console has "Empty"), then: aws s3api delete-bucket --bucket ${names.bucket}`,
    ...(secret === undefined ? [] : [`  aws secretsmanager delete-secret --secret-id ${secret}`]),
    ...(own
      ? [
          `  the key last; "aws kms list-keys" and "describe-key" show it by its description "${service.service} ${serverless.getProvider('aws').getStage()}, …":`,
          '  aws kms schedule-key-deletion --pending-window-in-days 30 --key-id KEY',
        ]
      : []),
    'A deploy of this stage finds these names taken: import them into the new stack, or remove them first.',
  ];
};

module.exports = { emptyBucket, leftBehind };
