// Flink's own SQL parser as a judge of texts. It needs a JDK 17 and Maven 3; the first use fetches 16 MB of jars into a cache.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const VERSION = '2.3.0';

/** `tree`: what binds to what in Flink's reading, the same for texts that differ in brackets alone. `at`: line:column. */
export type Answer =
  | { readonly kind: 'taken'; readonly tree: string }
  | { readonly kind: 'refused'; readonly at: string; readonly message: string };

/** The folder of jars; MILLRACE_CACHE moves it. */
const jarsOf = (): string => {
  const cache = process.env.MILLRACE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace');
  const jars = join(cache, `flink-grammar-${VERSION}`);
  if (existsSync(jars) && readdirSync(jars).includes(`flink-sql-parser-${VERSION}.jar`)) return jars;
  mkdirSync(jars, { recursive: true });
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const args = ['-q', '-B', '-f', join(HERE, 'pom.xml'), copy, `-DoutputDirectory=${jars}`, '-DincludeScope=runtime'];
  execFileSync('mvn', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return jars;
};

const answerOf = (line: string): Answer => {
  if (line.startsWith('ok ')) return { kind: 'taken', tree: line.slice(3) };
  const [, at = '?', ...message] = line.split(' ');
  return { kind: 'refused', at, message: message.join(' ') };
};

/** One answer for each text, from one JVM. */
export const askFlink = (texts: readonly string[]): readonly Answer[] => {
  const input = texts.map((text) => `${Buffer.from(text).toString('base64')}\n`).join('');
  const classpath = join(jarsOf(), '*');
  const out = execFileSync(
    'java',
    ['-Xss16m', '-XX:TieredStopAtLevel=1', '-cp', classpath, join(HERE, 'Grammar.java')],
    {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  const lines = out.split('\n').slice(0, -1);
  if (lines.length !== texts.length)
    throw new Error(`Flink's parser answered ${lines.length} of ${texts.length} texts`);
  return lines.map(answerOf);
};
