// What `serverless` does beside deploying: compiles pipeline/ before it packages, so that the bundles hold it, and loads the rows
// of pipeline/reference/*.csv into the table afterwards, and notes there what was deployed, for `millrace plan`.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const BIN = join(__dirname, '../cli/millrace.mjs');

class MillracePlugin {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.options = options;
    this.hooks = {
      'before:package:initialize': () => this.millrace('build', ...this.settings()),
      'before:deploy:function:initialize': () => this.millrace('build', ...this.settings()),
      'after:deploy:deploy': () => {
        this.millrace(
          'reference',
          '--table',
          this.serverless.service.custom.names.reference,
          '--region',
          this.serverless.getProvider('aws').getRegion(),
        );
        this.millrace('plan', '--record', ...this.settings());
      },
    };
  }

  /** Stage, region and settings of this call, for commands that read serverless.yml themselves. */
  settings() {
    const aws = this.serverless.getProvider('aws');
    const params = [this.options.param ?? []].flat().flatMap((param) => ['--param', param]);
    return ['--stage', aws.getStage(), '--region', aws.getRegion(), ...params];
  }

  millrace(...args) {
    const { status } = spawnSync(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new this.serverless.classes.Error(`millrace ${args[0]} failed, see above`);
  }
}

module.exports = MillracePlugin;
