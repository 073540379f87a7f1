import type { CompiledPipeline } from './pipeline.ts';
export declare const pipeline: CompiledPipeline;
