// The bounds of `scale` from the environment, where everything is text.
import { Fault } from '../../faults.ts';
import { minutes } from '../../time.ts';
import type { ScaleSettings } from './decide.ts';

type Given = { readonly groups: string; readonly min: string; readonly max: string; readonly pauseMinutes: string };

const whole = (name: string, text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1)
    throw new Fault('setting.invalid', `${name} is "${text}"; it is a whole number from 1`);
  return n;
};

/** @throws Fault setting.invalid; a greatest number above the key groups is cut to them */
export const scaleSettings = (given: Given): ScaleSettings => {
  const groups = whole('GROUPS', given.groups);
  const [min, wanted] = [whole('SCALE_MIN', given.min), whole('SCALE_MAX', given.max)];
  const max = Math.min(wanted, groups);
  if (min > max)
    throw new Fault(
      'setting.invalid',
      `SCALE_MIN is ${min}, above ${max}: SCALE_MAX is ${wanted}, key groups are ${groups}`,
    );
  return { min, max, coolDown: minutes(whole('SCALE_PAUSE', given.pauseMinutes)) };
};
