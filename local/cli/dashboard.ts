// millrace dashboard: the CloudWatch dashboard and the alarms that a deploy makes, as a picture or as CloudFormation.
import { writeFileSync } from 'node:fs';
import { alarmsOf } from '../watch/alarms.ts';
import { dashboardBody } from '../watch/dashboard.ts';
import { dashboardPicture } from '../watch/picture.ts';
import { watchPrice } from '../watch/price.ts';
import { watchResources } from '../watch/resources.ts';
import { readWatch, type Watch } from '../watch/watched.ts';
import type { Call, ExitCode } from './commands.ts';
import { serviceOf } from './deploy-now.ts';
import { flagOf, textOf } from './parse-call.ts';

const summary = (watch: Watch): string => {
  const { metrics, alarms, dashboards, usd } = watchPrice(watch);
  return [
    `${watch.service} ${watch.stage}: ${watch.subjects.length} things watched, metrics=${watch.full ? 'full' : 'lean'}`,
    `  metrics of our own  ${String(metrics).padStart(3)}   ${usd.metrics.toFixed(2)} USD a month when all have values in every hour`,
    `  alarms              ${String(alarms).padStart(3)}   ${usd.alarms.toFixed(2)}${watch.alarms ? '' : '  (off: --param alarms=on)'}`,
    `  dashboard           ${String(dashboards).padStart(3)}   ${usd.dashboards.toFixed(2)}${watch.dashboard ? '' : '  (off: --param dashboard=on)'}`,
  ].join('\n');
};

export const dashboard = async (call: Call): Promise<ExitCode> => {
  const watch = readWatch(serviceOf(call));
  if (flagOf(call, 'cloudformation') === true) {
    process.stdout.write(`${JSON.stringify(watchResources(watch))}\n`);
    return 0;
  }
  const out = textOf(call, 'out');
  if (out !== undefined) {
    const names = alarmsOf(watch).map((a) => a.name);
    writeFileSync(out, dashboardPicture(dashboardBody(watch, names), `${watch.service} ${watch.stage}: dashboard`));
  }
  process.stdout.write(`${summary(watch)}\n`);
  return 0;
};
