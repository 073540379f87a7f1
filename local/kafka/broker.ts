// A real Apache Kafka in KRaft mode on this machine: broker and controller in one process, data in a folder of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { installKafka } from './install.ts';

export type Broker = {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Kills the process, as a lost machine would, and starts it again on the same data and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

const PATIENCE = 60_000; // ms until it answers
const HEAP = '512m';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

const settings = (dir: string, port: number, controller: number): string =>
  [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(dir, 'data')}`,
    'auto.create.topics.enable=false',
    'message.max.bytes=2097152',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'broker.session.timeout.ms=3000', // a broker that was killed is taken back so soon
    'broker.heartbeat.interval.ms=500',
    'group.min.session.timeout.ms=1000',
  ].join('\n');

const answers = async (address: string): Promise<boolean> => {
  const admin = new Admin({ clientId: 'millrace', bootstrapBrokers: [address], retries: 0, timeout: 2_000 });
  try {
    const { brokers } = await admin.metadata({});
    return brokers.size > 0;
  } catch {
    return false;
  } finally {
    await admin.close();
  }
};

/** @throws NoBroker when the machine lacks Java or Maven; Error when the broker does not come up */
export const startBroker = async (tell: (line: string) => void): Promise<Broker> => {
  const classpath = installKafka(tell);
  const dir = mkdtempSync(join(tmpdir(), 'millrace-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const file = join(dir, 'server.properties');
  writeFileSync(file, settings(dir, port, controller));
  const java = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classpath];
  const id = randomBytes(16).toString('base64url');

  let running: ChildProcess | undefined;
  let lines = '';
  const stop = (): void => void running?.kill('SIGKILL');
  const start = async (): Promise<void> => {
    const child = spawn('java', [`-Xmx${HEAP}`, ...java, 'kafka.Kafka', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = child;
    for (const out of [child.stdout, child.stderr])
      out.on('data', (text: Buffer) => {
        lines = `${lines}${text}`.slice(-4_000);
      });
    const since = Date.now();
    while (!(await answers(address))) {
      if (child.exitCode !== null || Date.now() - since > PATIENCE) {
        stop();
        throw new Error(`Apache Kafka did not start:\n${lines}`);
      }
      await wait(200);
    }
  };
  const end = async (): Promise<void> => {
    const child = running;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    stop();
    await gone;
  };
  process.once('exit', stop);
  try {
    execFileSync('java', [...java, 'kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', file], {
      stdio: 'pipe',
    });
    await start();
  } catch (error) {
    process.removeListener('exit', stop);
    await end();
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return {
    address,
    async restart() {
      await end();
      await start();
    },
    async close() {
      process.removeListener('exit', stop);
      await end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
