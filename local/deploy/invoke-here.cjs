// `serverless invoke local` on local services: no account, and no queue's address to ask CloudFormation for.
const { join } = require('node:path');

const START = join(__dirname, 'services-here.ts');
const QUIT_AFTER = 2_000; // ms; the bundler's watcher of a handler that failed to load would hold the process for ever

/**
 * @param build compiles pipeline/
 * @returns hooks for the plugin, none for another command
 */
const invokeHere = (serverless, options, build) => {
  if (serverless.processedInput?.commands?.join(' ') !== 'invoke local') return {};
  // The framework cannot load a handler that ends in .mjs; here package.json says that .js is a module.
  serverless.service.custom.esbuild.outputFileExtension = '.js';
  let here;
  const end = async () => {
    await here?.close();
    here = undefined;
  };
  return {
    // Before the framework reads the functions' environment, and asks an account for what is not plain text in it.
    initialize: async () => {
      build();
      const { servicesHere } = await import(START);
      here = await servicesHere({ stage: serverless.getProvider('aws').getStage(), params: options.param ?? [] });
      for (const [name, fn] of Object.entries(serverless.service.functions))
        fn.environment = { ...here.environment[name], ...here.aws };
      Object.assign(process.env, here.aws);
    },
    'after:invoke:local:invoke': end,
    error: () => {
      setTimeout(() => process.exit(1), QUIT_AFTER);
      return end();
    },
  };
};

module.exports = { invokeHere };
