// millrace doctor: what this machine and the account need before a deploy, and what they lack; exit code 1 when something fails.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountFacts } from '../../shared/aws/account-facts.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { accountFindings } from '../doctor/account.ts';
import { bad, type Finding, ok, showFindings } from '../doctor/finding.ts';
import { nodeFinding, type Package, packagesFinding, pipelineFinding } from '../doctor/here.ts';
import type { Template } from '../template/template.ts';
import { TemplateError } from '../template/tree.ts';
import type { Call, ExitCode } from './commands.ts';
import { templateOf } from './deploy-now.ts';
import { flagOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';
import { progress } from './progress.ts';

const regionFinding = (region: string, env: string | undefined): Finding =>
  env === undefined || env === region
    ? ok('region', region)
    : bad(
        'warn',
        'region',
        `serverless.yml deploys to ${region}, AWS_REGION is ${env}`,
        '--region REGION for both, or unset AWS_REGION',
      );

const templateFinding = (read: () => Template): { readonly template?: Template; readonly finding: Finding } => {
  try {
    const template = read();
    return {
      template,
      finding: ok(
        'serverless.yml',
        `stage ${template.stage}, ${template.functions.length} functions, ${template.streams.length} streams`,
      ),
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const [first, ...more] = error.errors;
    const where = first === undefined ? '' : `${first.file}:${first.line}: ${first.message}`;
    return {
      finding: bad(
        'fail',
        'serverless.yml',
        `${where}${more.length > 0 ? `, and ${more.length} more` : ''}`,
        'millrace check names all',
      ),
    };
  }
};

export const doctor = async (call: Call): Promise<ExitCode> => {
  const bar = progress();
  bar.update('looking at this machine');
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Package & {
    engines: { node: string };
  };
  const compiled = await compilePipeline(textOf(call, 'pipeline') ?? PIPELINE);
  const { template, finding } = templateFinding(() => templateOf(call));
  const given = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  const findings: Finding[] = [
    nodeFinding(process.versions.node, manifest.engines.node),
    packagesFinding(PROJECT, manifest),
    pipelineFinding(compiled),
    finding,
  ];
  if (template !== undefined) {
    findings.push(regionFinding(template.region, given));
    process.env.AWS_REGION = template.region;
    bar.update(`asking AWS in ${template.region}`);
    findings.push(...(await accountFindings(accountFacts(), template)));
  }
  bar.end();
  const failed = findings.some((f) => f.verdict === 'fail');
  if (flagOf(call, 'json') === true) process.stdout.write(`${JSON.stringify({ ok: !failed, findings })}\n`);
  else process.stdout.write(`${showFindings(findings)}\n`);
  return failed ? 1 : 0;
};
