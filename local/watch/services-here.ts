// What stands for CloudWatch's own metrics here: the pools of sandboxes, the mappings, the meter of the services, the endpoint.
import type { Ms } from '../../shared/time.ts';
import { recentTimes } from '../recent-times.ts';
import type { Here } from '../run/here.ts';
import type { Player } from '../run/play.ts';
import { NONE } from '../services/targets.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import type { Services } from './values.ts';

/** Answers of the producer endpoint. */
export const apiCounter = () => {
  const times = recentTimes();
  let [count, refused, failed] = [0, 0, 0];
  return {
    answered(status: number, ms: Ms): void {
      count++;
      if (status >= 500) failed++;
      else if (status >= 400) refused++;
      times.add(ms);
    },
    seen: () => ({ count, refused, failed, p99: times.p99() }),
  };
};
export type ApiCounter = ReturnType<typeof apiCounter>;

export const servicesHere = (here: Here, player: Player, api: ApiCounter) => {
  const started = Date.now();
  const waiting = new Map<string, number>();
  const target = (name: string) => here.meter.targets().get(name) ?? NONE;
  const services: Services = {
    invoked: (fn) => player.pools.get(fn)?.used() ?? { invocations: 0, errors: 0, p99: null, ms: 0 },
    iteratorAge: (fn) => {
      const ages = player.mappings
        .filter((m) => m.fn.name === fn)
        .flatMap((m) => m.mapping.positions().map((p) => p.behind));
      return ages.length === 0 ? null : Math.max(...ages);
    },
    stream: (name) => {
      const { records, bytes, refusedRecords, refusedReads } = target(name);
      return { records, bytes, writesRefused: refusedRecords, readsRefused: refusedReads };
    },
    table: target,
    waiting: (queue) => waiting.get(queue) ?? null,
    api: api.seen,
    hours: () => Math.max(1, Date.now() - started) / 3_600_000,
  };
  return {
    services,
    /** Asks the queues how many messages wait. */
    async look(): Promise<void> {
      for (const { name } of here.template.queues) {
        const QueueUrl = `${here.objects.endpoint}/${LOCAL_ACCOUNT}/${name}`;
        const answer = await here.objects.sqs('GetQueueAttributes', {
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages'],
        });
        const { Attributes } = answer as { readonly Attributes?: Readonly<Record<string, string>> };
        waiting.set(name, Number(Attributes?.ApproximateNumberOfMessages ?? 0));
      }
    },
  };
};
