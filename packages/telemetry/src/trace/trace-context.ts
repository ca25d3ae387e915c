import { createHash, randomBytes } from "node:crypto";
import type { TraceContext } from "@durable-host/engine";
import type { SpanContext } from "./span";

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/** Reads a W3C trace context; undefined when there is none, or it is none. */
export function parseTraceContext(context: TraceContext | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags = "0"] = (context && TRACE_PARENT.exec(context.traceParent)) ?? [];
  if (traceId === undefined || spanId === undefined || traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) !== 0;
  const traceState = context?.traceState;
  return { traceId, spanId, isSampled, ...(traceState ? { traceState } : {}) };
}

export function formatTraceContext({ traceId, spanId, isSampled, traceState }: SpanContext): TraceContext {
  const traceParent = `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
  return traceState === undefined ? { traceParent } : { traceParent, traceState };
}

/** Tells of a new trace whether it is recorded. Has to answer the same for the same id. */
export type RootSampler = (traceId: string) => boolean;

/** A span below `parent`, or the first of a trace. `seed`: what its ids follow from, in every process; absent: random ones. */
export function childContext(parent: SpanContext | undefined, sampler: RootSampler, seed?: string): SpanContext {
  const spanId = seed === undefined ? randomBytes(8).toString("hex") : digest(seed, 16);
  if (parent) return { ...parent, spanId };
  const traceId = seed === undefined ? randomBytes(16).toString("hex") : digest(`trace of ${seed}`, 32);
  return { traceId, spanId, isSampled: sampler(traceId) };
}

function digest(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
