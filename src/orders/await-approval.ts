import type { OrchestrationContext, Task } from "durable-functions";
import { APPROVAL_EVENT } from "./order";
import type { Approval } from "./order";
import type { Step } from "./step";

/** Waits for a person, but not for ever. `announce` is told the deadline (ISO 8601) before the wait begins. */
export function* awaitApproval(
  context: OrchestrationContext,
  timeoutSeconds: number,
  announce: (approveBefore: string) => void,
): Step<Approval | "TimedOut"> {
  const deadline = new Date(context.df.currentUtcDateTime.getTime() + timeoutSeconds * 1000);
  announce(deadline.toISOString());
  const timeout = context.df.createTimer(deadline);
  const approval = context.df.waitForExternalEvent(APPROVAL_EVENT);
  const winner: Task = yield context.df.Task.any([approval, timeout]);
  if (winner === timeout) return "TimedOut";
  // A timer that is neither fired nor cancelled would keep the finished order running.
  timeout.cancel();
  return approval.result as Approval;
}
