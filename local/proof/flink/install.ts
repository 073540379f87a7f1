// What a proof against Flink needs on this machine: a JDK 17, Maven 3, Flink's jars from Maven Central, and our runner compiled.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const HERE = join(import.meta.dirname, 'runner');
/** FLINK_VERSION tries another; 2.2.0 is the newest that Managed Service for Apache Flink runs. */
const VERSION = process.env.FLINK_VERSION ?? '2.3.0';
const JDK = 17;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Something that the machine lacks; the message says what would help. */
export class Missing extends Error {}

const said = (command: string, args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Missing(
      `the proof needs ${command}, which is not on the PATH: install a JDK ${JDK} or newer and Maven 3`,
    );
  }
};

/** MILLRACE_CACHE moves it. */
const cacheFolder = (): string =>
  process.env.MILLRACE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace');

/** @returns the class path of the runner. The first use fetches 138 MB. @throws Missing */
export const installFlink = async (tell: (line: string) => void): Promise<string> => {
  // `openjdk 17.0.15 2025-04-15`
  const version = Number(/\d+/.exec(said('java', ['--version']))?.[0]);
  if (!(version >= JDK)) throw new Missing(`the proof needs a JDK ${JDK} or newer; java says ${version}`);
  const home = join(cacheFolder(), `flink-${VERSION}`);
  const [jars, done] = [join(home, 'lib'), join(home, 'lib.done')];
  if (!existsSync(done)) {
    tell(`fetching Flink ${VERSION} into ${jars} (138 MB)`);
    mkdirSync(jars, { recursive: true });
    said('mvn', [
      ...['-q', '-B', `-Dflink.version=${VERSION}`, '-f', join(HERE, 'pom.xml'), COPY],
      ...[`-DoutputDirectory=${jars}`, '-DincludeScope=runtime'],
    ]);
    writeFileSync(done, '');
  }
  const sources = globSync(join(HERE, '*.java')).sort();
  const hash = createHash('sha256');
  for (const file of sources) hash.update(readFileSync(file));
  const classes = join(home, `classes-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(join(classes, 'META-INF'))) {
    rmSync(classes, { recursive: true, force: true });
    mkdirSync(classes, { recursive: true });
    said('javac', ['-nowarn', '-Xlint:none', '-cp', join(jars, '*'), '-d', classes, ...sources]);
    await cp(join(HERE, 'META-INF'), join(classes, 'META-INF'), { recursive: true });
  }
  return [classes, join(jars, '*')].join(delimiter);
};
