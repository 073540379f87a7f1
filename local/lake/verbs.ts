export const LAKE_VERBS = ['files', 'compact', 'register'] as const;
export type LakeVerb = (typeof LAKE_VERBS)[number];
