// What the Serverless Framework has no setting for: log groups under the stage's key, the right of a role to read through its own
// consumer, and conditions settled.
const { useKafka } = require('./kafka.cjs');
const { settle } = require('./settle.cjs');

/** @param serverless its compiled template is changed in place */
const finishTemplate = ({ service }) => {
  const template = service.provider.compiledCloudFormationTemplate;
  settle(template);
  if (service.custom.kafka.log === 'kafka') useKafka(template, service.custom.kafka);
  const { Resources } = template;
  const { log } = service.custom.encryption;
  for (const resource of Object.values(Resources))
    if (resource.Type === 'AWS::Logs::LogGroup' && log !== undefined && log.Ref !== 'AWS::NoValue')
      resource.Properties.KmsKeyId = log;

  for (const [id, resource] of Object.entries(Resources)) {
    if (resource.Type !== 'AWS::Lambda::EventSourceMapping') continue;
    const consumer = (resource.DependsOn ?? []).find((d) => Resources[d]?.Type === 'AWS::Kinesis::StreamConsumer');
    if (consumer === undefined) continue;
    const fn = resource.Properties.FunctionName['Fn::GetAtt']?.[0];
    const role = Resources[fn]?.Properties.Role['Fn::GetAtt']?.[0];
    const statements = Resources[role]?.Properties.Policies?.[0]?.PolicyDocument.Statement;
    if (statements === undefined) throw new Error(`${id}: its function's role is not in the template`);
    statements.push({ Effect: 'Allow', Action: 'kinesis:SubscribeToShard', Resource: { Ref: consumer } });
  }
};

module.exports = { finishTemplate };
