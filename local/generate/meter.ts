// Electricity meters that send their counter: watt-hours since they were built in, never falling.
import { isoTime, type World, type WorldOptions } from './happening.ts';
import { zipf } from './rng.ts';

const METERS = 1_000;

export const meterWorld = ({ seed, skew }: WorldOptions): World => {
  const rankOf = zipf(METERS, skew);
  const reading = Array.from({ length: METERS }, (_, rank) => 1_000_000 + rank * 997);
  const last = new Float64Array(METERS).fill(Number.NaN);
  let count = 0;
  return {
    mean: 1,
    story: (time, rng) => {
      const rank = rankOf(rng);
      const meter = `meter-${rank}`;
      const since = Number.isNaN(last[rank]) ? 0 : time - (last[rank] as number);
      const watts = 150 + (rank % 7) * 90 + (rng.chance(0.15) ? 2_000 : 0) * rng.next();
      reading[rank] = (reading[rank] as number) + Math.round((watts * since) / 3_600_000);
      last[rank] = time;
      const data = {
        meter,
        feeder: `feeder-${rank % 12}`,
        watt_hours: reading[rank] as number,
        volts: Math.round(2_300 + rng.below(80) - 40) / 10,
        read_at: isoTime(time),
      };
      return [{ time, type: 'meter.v1', source: 'urn:grid:1', id: `r-${seed}-${count++}`, subject: meter, data }];
    },
  };
};
