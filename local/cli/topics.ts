// millrace topics: what must be made on the brokers before a deploy with --param log=kafka.
import { REPLICAS, topicCommands, topicsOf } from '../kafka/topic-commands.ts';
import { resolveService } from '../template/resolve.ts';
import { plain } from '../template/tree.ts';
import type { Call, ExitCode } from './commands.ts';
import { serviceOf, templateOf } from './deploy-now.ts';
import { flagOf, numberOf } from './parse-call.ts';

const MOST_REPLICAS = 15;

export const topics = async (call: Call): Promise<ExitCode> => {
  const { custom } = plain(resolveService({ ...serviceOf(call), env: {} })) as {
    custom: { kafka: { brokers: string } };
  };
  const wanted = topicsOf(templateOf(call));
  if (flagOf(call, 'json') === true) process.stdout.write(`${JSON.stringify(wanted)}\n`);
  else {
    const replicas = numberOf(call, 'replicas', 1, MOST_REPLICAS) ?? REPLICAS;
    process.stdout.write(`${topicCommands(wanted, custom.kafka.brokers || 'HOST:PORT', replicas)}\n`);
  }
  return 0;
};
