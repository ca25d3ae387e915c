import type { EventRaised, ExecutionStarted } from "../model/history-event";
import type { TraceContext } from "../model/trace-context";
import type { Clock } from "../ports/clock";
import type { WorkTracer } from "../ports/work-tracer";

/**
 * Saves a client's request with the trace context that is made for it, and tells the tracer when it is saved. Without a
 * tracer the client's own context goes along (contract §8.1).
 */
export async function traceRequest<Event extends ExecutionStarted | EventRaised>(
  { tracer, clock }: { readonly tracer?: WorkTracer; readonly clock: Clock },
  instanceId: string,
  event: Event,
  parent: TraceContext | undefined,
  save: (event: Event) => Promise<unknown>,
): Promise<void> {
  if (!tracer) {
    await save(parent ? { ...event, traceContext: parent } : event);
    return;
  }
  const startedAt = clock.now();
  const traced = { ...event, traceContext: tracer.requestContext(parent) };
  await save(traced);
  tracer.requestSaved({ instanceId, event: traced, parent, startedAt, endedAt: clock.now() });
}
