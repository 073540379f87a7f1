// Jars that Flink needs beside itself, from Maven Central into the user's cache, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const FLINK = process.env.FLINK_VERSION ?? '2.3.0';

/** @param what a folder beside this file, with its pom.xml. @returns the class path of what it names */
export const installJars = (what: 'parquet' | 'kafka'): string => {
  const cache = process.env.MILLRACE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace');
  const jars = join(cache, `flink-${what}-${FLINK}`);
  const done = `${jars}.done`;
  if (!existsSync(done)) {
    mkdirSync(jars, { recursive: true });
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    const pom = join(import.meta.dirname, what, 'pom.xml');
    const args = ['-q', '-B', `-Dflink.version=${FLINK}`, '-f', pom, copy, `-DoutputDirectory=${jars}`];
    execFileSync('mvn', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    writeFileSync(done, '');
  }
  return join(jars, '*');
};
