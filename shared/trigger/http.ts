type HttpEvent = { readonly requestContext: object; readonly body?: string | null | undefined };

const methodOf = (context: object): string | undefined =>
  (context as { readonly http?: { readonly method?: string } }).http?.method;

/**
 * An HTTP API hands on the body of a GET or HEAD; a fetch Request cannot hold one. No answer of ours depends on it, so it is left
 * out, and the method gets its own answer.
 */
export const withoutStrayBody = <E extends HttpEvent>(event: E): E => {
  const method = methodOf(event.requestContext);
  return method === 'GET' || method === 'HEAD' ? { ...event, body: null, isBase64Encoded: false } : event;
};
