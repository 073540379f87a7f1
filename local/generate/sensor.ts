// Machines that report temperature and vibration; now and then one runs hot for some minutes.
import { minutes } from '../../shared/time.ts';
import { isoTime, type World, type WorldOptions } from './happening.ts';
import { zipf } from './rng.ts';

const SENSORS = 200;
const SITES = ['north', 'south', 'harbour'] as const;
const tenth = (n: number): number => Math.round(n * 10) / 10;

export const sensorWorld = ({ seed, skew }: WorldOptions): World => {
  const rankOf = zipf(SENSORS, skew);
  const drift = new Float64Array(SENSORS);
  const hotUntil = new Float64Array(SENSORS).fill(Number.NEGATIVE_INFINITY);
  let count = 0;
  return {
    mean: 1,
    story: (time, rng) => {
      const rank = rankOf(rng);
      const sensor = `sensor-${rank}`;
      drift[rank] = (drift[rank] as number) * 0.98 + rng.next() - 0.5;
      if (rng.chance(0.0005)) hotUntil[rank] = time + minutes(3);
      const hot = time < (hotUntil[rank] as number);
      const data = {
        sensor,
        site: SITES[rank % SITES.length] as string,
        celsius: tenth(60 + (rank % 20) + (drift[rank] as number) + (hot ? 25 : 0)),
        vibration: tenth(2 + rng.next() + (hot ? 4 : 0)),
        measured_at: isoTime(time),
      };
      return [{ time, type: 'sensor.v1', source: 'urn:plant:1', id: `m-${seed}-${count++}`, subject: sensor, data }];
    },
  };
};
