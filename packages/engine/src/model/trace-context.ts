/** W3C trace context that travels with a start, an activity or an event (contract §8.1). */
export interface TraceContext {
  readonly traceParent: string;
  readonly traceState?: string;
}
