// What the calls of one function use, counted by its clients (shared/aws) and told with the invocation.
export type Usage = { calls: number; writeUnits: number };

export const newUsage = (): Usage => ({ calls: 0, writeUnits: 0 });
