import type { CompiledPipeline } from './pipeline.ts';
export declare const pipeline: CompiledPipeline;

import type { FramesFor } from './framings/frames.ts';
/** null: no source has a framing, and no code for it is bundled. */
export declare const frames: FramesFor | null;
