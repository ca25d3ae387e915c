import type { Completion } from "../model/action";
import type {
  EventRaised,
  ExecutionCompleted,
  ExecutionStarted,
  HistoryEvent,
  TaskFailure,
} from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { OutboundMessage } from "../ports/storage-provider";
import { RELEASE_EVENT } from "./entity/request-message";
import type { HeldLock } from "./held-lock";
import { subOrchestrationCompleted, subOrchestrationFailed } from "./parent-message";
import { eventMessage } from "./record-action";
import type { RuntimeState } from "./runtime-state";

/** The end of an execution: last events, new instance fields, and what others are told. */
export interface EndedExecution {
  readonly events: readonly HistoryEvent[];
  readonly instance: Partial<InstanceState>;
  readonly messages: readonly OutboundMessage[];
}

/** How an execution can end. */
export type Ending = Exclude<Completion, { type: "ContinuedAsNew" }> & {
  /** Of a termination: sub-orchestrations that are still running are terminated too. */
  readonly recurse?: boolean;
};

/** Completed, failed or terminated: records it, answers the parent, frees entities on every path (contract §2.5, Locks). */
export function endExecution(
  state: RuntimeState,
  started: ExecutionStarted,
  ending: Ending,
  now: number,
): EndedExecution {
  const failureDetails = ending.type === "Failed" ? ending.failureDetails : undefined;
  const completed: ExecutionCompleted = {
    type: "ExecutionCompleted",
    timestamp: now,
    eventId: state.nextActionId,
    status: ending.type,
    result: ending.output,
    ...(failureDetails ? { failureDetails } : {}),
  };
  return {
    events: [completed],
    instance: {
      runtimeStatus: ending.type,
      output: ending.output,
      completedAt: now,
      ...(failureDetails ? { failureDetails } : {}),
    },
    messages: [
      ...answerParent(started, ending, now),
      ...releaseLock(state.heldLock, started, now),
      ...(ending.type === "Terminated" && ending.recurse ? terminateChildren(state, started, ending.output, now) : []),
    ],
  };
}

/** In the same commit as the parent's end, so that no crash can come in between; each child passes it on in its own. */
function terminateChildren(
  state: RuntimeState,
  { instance: parent }: ExecutionStarted,
  reason: string | null,
  now: number,
): readonly OutboundMessage[] {
  return [...new Set(state.openChildren.values())].map((instanceId) => ({
    instanceId,
    event: { type: "ExecutionTerminated", timestamp: now, reason, recurse: true, parent },
  }));
}

function answerParent(started: ExecutionStarted, ending: Ending, now: number): readonly OutboundMessage[] {
  if (!started.parent) return [];
  if (ending.type === "Completed") return [subOrchestrationCompleted(started.parent, ending.output, now)];
  const reason = ending.output ?? "The sub-orchestration was terminated.";
  const failureDetails = ending.type === "Failed" ? ending.failureDetails : undefined;
  const failure: TaskFailure = { reason, details: reason, ...(failureDetails ? { failureDetails } : {}) };
  return [subOrchestrationFailed(started.parent, failure, now)];
}

/** Gives up a critical section, also one that is still being asked for. */
export function releaseLock(
  held: HeldLock | undefined,
  holder: ExecutionStarted,
  now: number,
): readonly OutboundMessage[] {
  if (!held) return [];
  const release = JSON.stringify({ parent: holder.instance.instanceId, id: held.requestId, forward: true });
  return held.entities.map((entity) => eventMessage(entity, RELEASE_EVENT, release, now));
}

/** Continue-as-new: the next execution's start, and the external events it inherits (contract §2.5, ContinueAsNew). */
export function nextExecution(
  started: ExecutionStarted,
  { input, version = started.version, tags = started.tags }: Extract<Completion, { type: "ContinuedAsNew" }>,
  inherited: readonly EventRaised[],
  executionId: string,
  now: number,
): readonly OutboundMessage[] {
  const { instanceId } = started.instance;
  const next: ExecutionStarted = { ...started, timestamp: now, input, version, instance: { instanceId, executionId } };
  const start = tags === undefined ? next : { ...next, tags };
  return [start, ...inherited].map((event) => ({ instanceId, executionId, event }));
}
