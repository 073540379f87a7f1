// Apache Kafka on this machine: a Java 17 and Maven 3, and Kafka's own jars from Maven Central, fetched once into a cache.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** KAFKA_VERSION tries another. */
export const KAFKA = process.env.KAFKA_VERSION ?? '4.1.1';
const JAVA = 17;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Something that the machine lacks; the message says what would help. */
export class NoBroker extends Error {}

const said = (command: string, args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new NoBroker(
        `${command} failed, so no broker can be started: ${`${stdout}${stderr}`.trim().slice(0, 300)}`,
      );
    }
    throw new NoBroker(
      `a broker of our own needs ${command}, which is not on the PATH: install Java ${JAVA} or newer and Maven 3, or name one of yours with --brokers HOST:PORT`,
    );
  }
};

/** MILLRACE_CACHE moves it. */
const cacheFolder = (): string =>
  process.env.MILLRACE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace');

/** @returns the class path of the broker. @throws NoBroker */
export const installKafka = (tell: (line: string) => void): string => {
  const version = Number(/\d+/.exec(said('java', ['--version']))?.[0]);
  if (!(version >= JAVA)) throw new NoBroker(`a broker of our own needs Java ${JAVA} or newer; java says ${version}`);
  const jars = join(cacheFolder(), `kafka-${KAFKA}`);
  const done = `${jars}.done`;
  if (!existsSync(done)) {
    tell(`fetching Apache Kafka ${KAFKA} into ${jars} (43 MB)`);
    mkdirSync(jars, { recursive: true });
    said('mvn', [
      ...['-q', '-B', `-Dkafka.version=${KAFKA}`, '-f', join(import.meta.dirname, 'pom.xml'), COPY],
      ...[`-DoutputDirectory=${jars}`, '-DincludeScope=runtime'],
    ]);
    writeFileSync(done, '');
  }
  return join(jars, '*');
};
