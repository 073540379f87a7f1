// Framed values as an operator's command opens them: by the registries that sources.yml names, with the stage's region and the caller's credentials.
import type { Frames, Open } from '../../shared/framings/frames.ts';
import type { StageHere } from './stage-here.ts';

/** undefined: no source of the pipeline has a framing. */
export const framesHere = async (stage: StageHere): Promise<Frames | undefined> => {
  const { frames } = await stage.built();
  return frames?.({ ...process.env, ...stage.aws }, stage.clock);
};

/** What opens one payload. @throws Fault `registry.unavailable` */
export const openerOf = (frames: Frames | undefined, payload: Uint8Array): Promise<Open | undefined> =>
  frames === undefined
    ? Promise.resolve(undefined)
    : frames([{ index: 0, partitionKey: '', bytes: Buffer.from(payload) }]);
