/** Node's own import. Loaded by `require`, so that a test runner that replaces `import()` in what it loads does not see this one. */
export const nativeImport = (url: string): Promise<Record<string, unknown>> => import(url);
