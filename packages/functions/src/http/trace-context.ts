import type { TraceContext } from "@durable-host/engine";
import type { HostRequest } from "./types";

const LONGEST_TRACE_STATE = 513;

/** W3C headers of a request; an overlong tracestate is dropped (durable contract §8.1). */
export function traceContextOf({ headers }: Pick<HostRequest, "headers">): TraceContext | undefined {
  const { traceparent: traceParent, tracestate: traceState } = headers;
  if (traceParent === undefined || traceParent === "") return undefined;
  if (traceState === undefined || traceState === "" || traceState.length > LONGEST_TRACE_STATE) return { traceParent };
  return { traceParent, traceState };
}
