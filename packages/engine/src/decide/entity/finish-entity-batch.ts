import type { EntityOperationResult, EntitySignal, EntityStart } from "../../model/entity-operation";
import type { FailureDetails } from "../../model/failure-details";
import type { ExecutionStarted, HistoryEvent } from "../../model/history-event";
import type { InstanceState } from "../../model/instance";
import { entityInstanceId } from "../../model/instance-id";
import type { TraceContext } from "../../model/trace-context";
import type { EntityBatchResult } from "../../ports/executor";
import type { OrchestrationCommit, OutboundMessage } from "../../ports/storage-provider";
import { seedOf } from "../instance-seed";
import { eventMessage } from "../record-action";
import type { EntityPlan, PassedRelease } from "./plan-entity-batch";
import {
  CONTINUE_EVENT,
  LOCK_GRANTED,
  OPERATION_EVENT,
  RELEASE_EVENT,
  type LockRequest,
  type RequestMessage,
} from "./request-message";
import { formatSchedulerState, isDeletable, type SchedulerState } from "./scheduler-state";

/** What the end of an entity batch depends on besides the plan and its result. */
export interface EntityContext {
  readonly instance: InstanceState;
  readonly consumedMessages: readonly number[];
  readonly now: number;
  readonly newId: () => string;
  readonly newGuid: () => string;
  /** Version of an orchestration that the entity starts without naming one (host.json `defaultVersion`). */
  readonly defaultVersion?: string;
  /** Trace context of a signal that the entity sends; absent: nothing is traced. */
  readonly traceOf?: (requestId: string) => TraceContext | undefined;
}

/** Turns the outcome of an entity batch into a commit (contract §3.4, steps 4-5). */
export function finishEntityBatch(
  plan: EntityPlan,
  result: EntityBatchResult,
  context: EntityContext,
): OrchestrationCommit {
  const { now } = context;
  const done = plan.operations.slice(0, result.results.length);
  const undone = plan.operations.slice(result.results.length);
  const messages: OutboundMessage[] = [];
  for (const [index, request] of done.entries()) {
    const answer = result.results[index];
    if (answer && !request.signal) messages.push(answerCall(request, answer, now));
  }
  for (const signal of result.signals) messages.push(sendSignal(signal, context));
  for (const start of result.starts ?? []) messages.push(startOrchestration(start, context));

  for (const passed of plan.passedOn) messages.push(...passRelease(passed, context.instance.instanceId, now));

  const locks = plan.lockRequest && undone.length === 0 ? plan.lockRequest : undefined;
  if (locks) messages.push(passLock(locks, context.instance.instanceId, now));
  const waiting = [...undone, ...(plan.lockRequest && !locks ? [plan.lockRequest] : []), ...plan.queue];
  const lockedBy = locks ? locks.parent : plan.lockedBy;
  const lockRequest = locks ? { id: locks.id, lockset: locks.lockset } : plan.heldRequest;
  const next: SchedulerState = {
    exists: result.exists,
    queue: waiting,
    ...(result.state === null ? {} : { state: result.state }),
    ...(lockedBy === undefined ? {} : { lockedBy, ...(lockRequest ? { lockRequest } : {}) }),
  };
  if (waiting.some((request) => lockedBy === undefined || request.parent === lockedBy)) {
    messages.push(eventMessage(context.instance.instanceId, CONTINUE_EVENT, null, now));
  }
  return toCommit(next, messages, context);
}

function toCommit(
  next: SchedulerState,
  messages: readonly OutboundMessage[],
  context: EntityContext,
): OrchestrationCommit {
  const { now, instance } = context;
  const input = formatSchedulerState(next);
  const executionId = instance.executionId || context.newId();
  const history: readonly HistoryEvent[] = [
    { type: "OrchestratorStarted", timestamp: now },
    {
      type: "ExecutionStarted",
      timestamp: now,
      name: instance.name,
      version: "",
      input,
      instance: { instanceId: instance.instanceId, executionId },
    },
    { type: "OrchestratorCompleted", timestamp: now },
  ];
  const status = { entityExists: next.exists, queueSize: next.queue?.length, lockedBy: next.lockedBy };
  return {
    instance: isDeletable(next)
      ? undefined
      : {
          ...instance,
          executionId,
          input,
          runtimeStatus: "Running",
          customStatus: JSON.stringify(status),
          lastUpdatedAt: now,
        },
    history: { type: "replace", events: history },
    consumedMessages: context.consumedMessages,
    activities: [],
    messages,
    timers: [],
    canceledTimers: [],
  };
}

/** What travels back to a caller, in the field names of durable contract §3.3. */
export interface EntityAnswer {
  readonly result: string | null;
  readonly exceptionType?: string;
  readonly failureDetails?: FailureDetails;
}

function answerCall(
  request: RequestMessage,
  { isError, result, failureDetails }: EntityOperationResult,
  now: number,
): OutboundMessage {
  if (!isError) return respond(request, { result }, now);
  const exceptionType = failureDetails?.errorType ?? "Error";
  return respond(request, { result, exceptionType, ...(failureDetails ? { failureDetails } : {}) }, now);
}

/** Answers a call. The event is named by the request id, which is what the caller waits for (contract §3.3). */
function respond(request: RequestMessage, answer: EntityAnswer, now: number): OutboundMessage {
  return {
    instanceId: request.parent ?? "",
    ...(request.parentExecution === undefined ? {} : { executionId: request.parentExecution }),
    event: { type: "EventRaised", timestamp: now, name: request.id, input: JSON.stringify(answer) },
  };
}

function sendSignal(signal: EntitySignal, context: EntityContext): OutboundMessage {
  const request: RequestMessage = {
    op: signal.name,
    signal: true,
    input: signal.input,
    id: context.newGuid(),
    parent: context.instance.instanceId,
  };
  const body = JSON.stringify(request);
  const trace = signal.traceContext ?? context.traceOf?.(request.id);
  return eventMessage(entityInstanceId(signal.target), OPERATION_EVENT, body, context.now, signal.dueAt, trace);
}

function startOrchestration(start: EntityStart, { newId, now, defaultVersion = "" }: EntityContext): OutboundMessage {
  const { instanceId = newId(), name, version = defaultVersion, input, scheduledTime, traceContext } = start;
  const event: ExecutionStarted = {
    type: "ExecutionStarted",
    timestamp: now,
    name,
    version,
    input,
    instance: { instanceId, executionId: newId() },
    ...(scheduledTime === undefined ? {} : { scheduledStartTime: scheduledTime }),
    ...(traceContext ? { traceContext } : {}),
  };
  return { instanceId, event, seed: seedOf(event) };
}

/** A release goes the way of the request it takes back, to the next entity if there is one. */
function passRelease({ release, lockset }: PassedRelease, self: string, now: number): readonly OutboundMessage[] {
  const here = lockset.findIndex((entity) => entityInstanceId(entity) === self);
  const next = lockset[here + 1];
  return next ? [eventMessage(entityInstanceId(next), RELEASE_EVENT, JSON.stringify(release), now)] : [];
}

/** A lock request goes on to the next entity of its set; the last one answers the requester. */
function passLock(request: LockRequest, self: string, now: number): OutboundMessage {
  const here = request.pos ?? request.lockset.findIndex((entity) => entityInstanceId(entity) === self);
  const next = request.lockset[here + 1];
  if (!next) return respond(request, { result: LOCK_GRANTED }, now);
  return eventMessage(entityInstanceId(next), OPERATION_EVENT, JSON.stringify({ ...request, pos: here + 1 }), now);
}
