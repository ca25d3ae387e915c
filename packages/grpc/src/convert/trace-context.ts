import type { TraceContext } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { nonEmpty, wrapText } from "../proto/scalars";

/** `00-<trace id>-<span id>-<flags>` */
const TRACE_PARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** Fills the deprecated span id, too: older SDKs read it. */
export function traceToProto(context: TraceContext | undefined): pb.TraceContext | undefined {
  if (!context) return undefined;
  const { traceParent, traceState } = context;
  const spanId = TRACE_PARENT.exec(traceParent)?.[1] ?? "";
  return new pb.TraceContext().setTraceparent(traceParent).setSpanid(spanId).setTracestate(wrapText(traceState));
}

export function traceFromProto(message: pb.TraceContext | undefined): TraceContext | undefined {
  const traceParent = message?.getTraceparent();
  if (!message || !traceParent) return undefined;
  const traceState = nonEmpty(message.getTracestate());
  return { traceParent, ...(traceState === undefined ? {} : { traceState }) };
}
