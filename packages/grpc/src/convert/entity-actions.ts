import { parseEntityInstanceId, type EntitySignal } from "@durable-host/engine";
import type { pb } from "../proto/messages";
import { textOf } from "../proto/scalars";

/** The signals that an entity's operations have sent. What names no entity reaches nobody. */
export function signalsFromProto(actions: readonly pb.OperationAction[]): readonly EntitySignal[] {
  return actions.flatMap((action) => {
    const signal = action.getSendsignal();
    const target = signal && parseEntityInstanceId(signal.getInstanceid());
    return target ? [{ target, name: signal.getName(), input: textOf(signal.getInput()) }] : [];
  });
}
