// Peers are no part of the project: each proof installs them into a folder under the system's temporary one, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(tmpdir(), 'millrace-peers');
const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
};
const once = (name: string, sign: string, install: (folder: string) => void): string => {
  const folder = join(ROOT, name);
  if (!existsSync(join(folder, sign))) {
    mkdirSync(folder, { recursive: true });
    install(folder);
  }
  return folder;
};

/** npm kinesis-local 0.6.2. @returns its own folder: it reads a certificate beside itself */
export const kinesisLocal = (): string => {
  const sign = 'node_modules/kinesis-local/package.json';
  const folder = once('kinesis-local', sign, (f) =>
    run('npm', 'i', '--no-audit', '--no-fund', '--prefix', f, 'kinesis-local@0.6.2'),
  );
  return join(folder, 'node_modules/kinesis-local');
};

/** PyPI ministack 1.5.33. @returns its program */
export const ministack = (): string => {
  const folder = once('ministack', 'bin/ministack', (f) => {
    run('python3', '-m', 'venv', f);
    run(join(f, 'bin/pip'), 'install', '-q', 'ministack==1.5.33');
  });
  return join(folder, 'bin/ministack');
};

/** DynamoDB Local 2.5.2 of Maven Central, with what it needs. @returns the folder of its jars and native libraries */
export const dynamoDbLocal = (): string => {
  const folder = once('dynamodb-local', 'lib/DynamoDBLocal-2.5.2.jar', (f) => {
    const dependency = '<groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>2.5.2</version>';
    const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>p</groupId><artifactId>p</artifactId><version>1</version><dependencies><dependency>${dependency}</dependency></dependencies></project>`;
    writeFileSync(join(f, 'pom.xml'), pom);
    run(
      'mvn',
      '-q',
      '-B',
      '-f',
      join(f, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(f, 'lib')}`,
    );
  });
  return join(folder, 'lib');
};

/** npm @sparticuz/chromium 147.0.0 (a whole Chromium inside the package) and playwright-core. @returns the folder of node_modules */
export const chromium = (): string =>
  once('chromium', 'node_modules/playwright-core/package.json', (f) =>
    run('npm', 'i', '--no-audit', '--no-fund', '--prefix', f, '@sparticuz/chromium@147.0.0', 'playwright-core@1.65.1'),
  );

/** PyPI prometheus-client, whose parser is Prometheus' own for Python. @returns python with it */
export const prometheusParser = (): string => {
  const folder = once('prometheus', 'bin/prometheus', (f) => {
    run('python3', '-m', 'venv', f);
    run(join(f, 'bin/pip'), 'install', '-q', 'prometheus-client==0.26.0');
    writeFileSync(join(f, 'bin/prometheus'), '');
  });
  return join(folder, 'bin/python');
};
