/**
 * The SDK sends no trace context with its requests unless the app has OpenTelemetry (durable contract §8.1). So the base URL
 * that a run's durable client gets says which run it is, in front of the path of the API.
 */
const PREFIX = "trace/";
const TRACED = /^trace\/([0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})\//;

/** The base URL for a run with this trace context; `base` ends with a slash. */
export function tracedBase(base: string, traceParent: string): string {
  const path = `${PREFIX}${traceParent}/`;
  return TRACED.test(path) ? `${base}${path}` : base;
}

/** Takes the run apart from the path that follows the base. */
export function splitTracedPath(path: string): { readonly path: string; readonly traceParent?: string } {
  const [prefix, traceParent] = (path.startsWith(PREFIX) && TRACED.exec(path)) || [];
  return prefix === undefined ? { path } : { path: path.slice(prefix.length), traceParent };
}
