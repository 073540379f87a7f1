// What `serverless` does beside deploying: refuses wrong parameters, compiles pipeline/ before it packages, finishes the template,
// loads the rows of pipeline/reference/*.csv afterwards, notes what was deployed for `millrace plan`, runs functions here on local
// services, and says what a removal leaves.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { emptyBucket, leftBehind } = require('./remove.cjs');
const { finishTemplate } = require('./finish-template.cjs');
const { invokeHere } = require('./invoke-here.cjs');
const { paramMistakes } = require('./params.cjs');

const BIN = join(__dirname, '../cli/millrace.mjs');

class MillracePlugin {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.options = options;
    const { configSchemaHandler } = serverless;
    // Serverless 4 knows `build` itself, osls does not.
    if (!configSchemaHandler.schema?.properties?.build)
      configSchemaHandler.defineTopLevelProperty('build', { type: 'object' });
    configSchemaHandler.defineFunctionProperties('aws', {
      properties: { consumers: { enum: ['shared', 'enhanced'] } },
    });
    const { initialize, ...here } = invokeHere(serverless, options, () => this.millrace('build'));
    this.hooks = {
      initialize: async () => {
        this.checkParams();
        await initialize?.();
      },
      'before:package:initialize': () => this.millrace('build', ...this.settings()),
      'before:deploy:function:initialize': () => this.millrace('build', ...this.settings()),
      'before:package:compileFunctions': () => this.eachStream(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        this.watchStage();
        this.grantDestinations();
        finishTemplate(serverless);
      },
      'after:deploy:deploy': () => {
        // The reference table is the live stage's, and no deploy comes after this one.
        if (this.serverless.service.custom.live.own === 'none') return;
        this.loadReferences();
        this.millrace('plan', '--record', ...this.settings());
      },
      'before:remove:remove': () => emptyBucket(serverless),
      'after:remove:remove': () => this.say(leftBehind(serverless)),
      ...here,
    };
  }

  checkParams() {
    const { configurationInput, service } = this.serverless;
    const mistakes = paramMistakes({
      known: configurationInput.params ?? {},
      given: this.options.param ?? [],
      stage: this.serverless.getProvider('aws').getStage(),
      service,
    });
    if (mistakes.length > 0) throw new this.serverless.classes.Error(mistakes.join('\n'));
  }

  /** Functions that ask for enhanced fan-out get it where the stage has it. */
  eachStream() {
    const { service } = this.serverless;
    if (service.custom.consumers !== 'fan-out' || service.custom.kafka.log === 'kafka') return;
    for (const fn of Object.values(service.functions))
      if (fn.consumers === 'enhanced')
        for (const { stream } of fn.events ?? []) if (stream?.type === 'kinesis') stream.consumer = true;
  }

  /** Dashboard and alarms follow from the list of metrics and the functions of the stage. */
  watchStage() {
    const { Resources } = this.serverless.service.provider.compiledCloudFormationTemplate;
    Object.assign(Resources, JSON.parse(this.millrace('dashboard', '--cloudformation', ...this.settings())));
  }

  /** The roles of the sinks may write to the destinations that the tables of the pipeline name, and to no other; those of ingest and validate
   *  may read what sources.yml names. */
  grantDestinations() {
    const { Resources } = this.serverless.service.provider.compiledCloudFormationTemplate;
    for (const [role, statements] of Object.entries(JSON.parse(this.millrace('destinations', '--grants'))))
      Resources[role]?.Properties.Policies[0].PolicyDocument.Statement.push(...statements);
  }

  loadReferences() {
    const region = this.serverless.getProvider('aws').getRegion();
    this.millrace('reference', '--table', this.serverless.service.custom.names.reference, '--region', region);
  }

  /** Stage, region and settings of this call, for commands that read serverless.yml themselves. */
  settings() {
    const aws = this.serverless.getProvider('aws');
    const params = [this.options.param ?? []].flat().flatMap((param) => ['--param', param]);
    return ['--stage', aws.getStage(), '--region', aws.getRegion(), ...params];
  }

  say(lines) {
    for (const line of lines) process.stderr.write(`${line}\n`);
  }

  /** @returns what the command says on standard output */
  millrace(...args) {
    const stdio = ['ignore', 'pipe', 'inherit'];
    const { status, stdout } = spawnSync(process.execPath, [BIN, ...args], { stdio, encoding: 'utf8' });
    if (status !== 0) throw new this.serverless.classes.Error(`millrace ${args[0]} failed, see above`);
    return stdout;
  }
}

module.exports = MillracePlugin;
