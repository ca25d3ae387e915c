import { parseEntityInstanceId, type EntitySignal, type EntityStart } from "@durable-host/engine";
import type { pb } from "../proto/messages";
import { nonEmpty, textOf } from "../proto/scalars";
import { laterTimeOf } from "../proto/timestamps";
import { optional } from "./optional";
import { traceFromProto } from "./trace-context";

/** The signals that an entity's operations have sent. What names no entity reaches nobody. */
export function signalsFromProto(actions: readonly pb.OperationAction[]): readonly EntitySignal[] {
  return actions.flatMap((action) => {
    const signal = action.getSendsignal();
    const target = signal && parseEntityInstanceId(signal.getInstanceid());
    if (!target) return [];
    return [
      {
        target,
        name: signal.getName(),
        input: textOf(signal.getInput()),
        ...optional("dueAt", laterTimeOf(signal.getScheduledtime())),
        ...optional("traceContext", traceFromProto(signal.getParenttracecontext())),
      },
    ];
  });
}

/** The orchestrations that an entity's operations have started. */
export function startsFromProto(actions: readonly pb.OperationAction[]): readonly EntityStart[] {
  return actions.flatMap((action) => {
    const start = action.getStartneworchestration();
    if (!start) return [];
    return [
      {
        name: start.getName(),
        input: textOf(start.getInput()),
        ...optional("instanceId", start.getInstanceid() || undefined),
        ...optional("version", nonEmpty(start.getVersion())),
        ...optional("scheduledTime", laterTimeOf(start.getScheduledtime())),
        ...optional("traceContext", traceFromProto(start.getParenttracecontext())),
      },
    ];
  });
}
