import type { CreateSubOrchestration, OrchestratorAction, ScheduleActivity, SendEvent } from "../model/action";
import type { ActivityTask } from "../model/activity-task";
import type { ExecutionStarted, HistoryEvent } from "../model/history-event";
import type { TraceContext } from "../model/trace-context";
import type { OutboundMessage, TimerMessage } from "../ports/storage-provider";
import { instanceKind } from "../model/instance-id";
import { subOrchestrationFailed } from "./parent-message";
import { seedOf } from "./instance-seed";

/** What the engine needs to know of the execution whose actions it records. */
export interface ActionContext {
  readonly started: ExecutionStarted;
  readonly now: number;
  readonly newId: () => string;
  /** Version of a child that its parent does not name (host.json `defaultVersion`). */
  readonly defaultVersion: string;
  /** Keep activity and child inputs in history, too (host.json `storeInputsInOrchestrationHistory`). */
  readonly storeInputs: boolean;
  /** Trace context of what is asked for under an id; absent: nothing is traced. */
  readonly traceOf?: (eventId: number) => TraceContext;
  /** Activities are to say when they were asked for. */
  readonly stampActivities?: boolean;
}

/** What an action leaves behind: its event in history, if it has one, and the work it asks for. */
export interface RecordedAction {
  readonly event?: HistoryEvent;
  readonly activity?: ActivityTask;
  readonly timer?: TimerMessage;
  readonly message?: OutboundMessage;
}

/** Turns an action into the event that records it and the work it asks for. */
export function recordAction(action: OrchestratorAction, context: ActionContext): RecordedAction {
  switch (action.type) {
    case "ScheduleActivity":
      return recordActivity(action, context);
    case "CreateTimer": {
      const retryOf = action.retryOfId === undefined ? {} : { retryOfId: action.retryOfId };
      return {
        event: { type: "TimerCreated", timestamp: context.now, eventId: action.id, fireAt: action.fireAt, ...retryOf },
        timer: { timerId: action.id, fireAt: action.fireAt },
      };
    }
    case "CreateSubOrchestration":
      return recordSubOrchestration(action, context);
    case "SendEvent":
      return recordSend(action, context);
    case "TerminateOrchestration": {
      const { instanceId, reason, recurse } = action;
      const event = {
        type: "ExecutionTerminated",
        timestamp: context.now,
        reason,
        ...(recurse && { recurse }),
      } as const;
      return { message: { instanceId, event } };
    }
  }
}

function recordActivity(action: ScheduleActivity, context: ActionContext): RecordedAction {
  const { id, name, input, version, tags } = action;
  const { instanceId, executionId } = context.started.instance;
  const traced = tracedBy(context, action);
  // Called for every activity, and nearly none has any of these.
  const more =
    version === undefined && tags === undefined
      ? traced
      : { ...(version === undefined ? {} : { version }), ...(tags === undefined ? {} : { tags }), ...traced };
  return {
    event: {
      type: "TaskScheduled",
      timestamp: context.now,
      eventId: id,
      name,
      input: context.storeInputs ? input : null,
      ...(action.retryTimerId === undefined ? {} : { retryTimerId: action.retryTimerId }),
      ...more,
    },
    activity: {
      instanceId,
      executionId,
      taskId: id,
      name,
      input,
      ...more,
      ...(context.stampActivities ? { scheduledAt: context.now } : {}),
    },
  };
}

function recordSubOrchestration(action: CreateSubOrchestration, context: ActionContext): RecordedAction {
  const parent = context.started.instance;
  const instanceId = action.instanceId ?? `${parent.executionId}:${action.id}`;
  const version = action.version ?? context.defaultVersion;
  const tags = action.tags ?? context.started.tags;
  const start: ExecutionStarted = {
    type: "ExecutionStarted",
    timestamp: context.now,
    name: action.name,
    version,
    input: action.input,
    instance: { instanceId, executionId: context.newId() },
    parent: { ...parent, name: context.started.name, taskScheduledId: action.id },
    ...(tags && Object.keys(tags).length > 0 ? { tags } : {}),
    ...tracedBy(context, action),
  };
  const problem = childIdProblem(instanceId, context.started);
  return {
    event: {
      type: "SubOrchestrationCreated",
      timestamp: context.now,
      eventId: action.id,
      name: action.name,
      version,
      instanceId,
      input: context.storeInputs ? action.input : null,
      ...(action.tags === undefined ? {} : { tags: action.tags }),
      ...(action.traceContext === undefined ? {} : { traceContext: action.traceContext }),
      ...(action.retryTimerId === undefined ? {} : { retryTimerId: action.retryTimerId }),
    },
    message: problem
      ? subOrchestrationFailed(
          { ...parent, name: context.started.name, taskScheduledId: action.id },
          { reason: problem, details: problem },
          context.now,
        )
      : { instanceId, event: start, seed: seedOf(start) },
  };
}

/** Ids a child must not have (contract §2.5, Sub-orchestrations). */
function childIdProblem(instanceId: string, parent: ExecutionStarted): string | undefined {
  const id = instanceId.toLowerCase();
  if (id === parent.instance.instanceId.toLowerCase()) {
    return `A sub-orchestration must not have the instance id of its own parent ('${instanceId}').`;
  }
  if (parent.parent && id === parent.parent.instanceId.toLowerCase()) {
    return `A sub-orchestration must not have the instance id of its parent's parent ('${instanceId}').`;
  }
  if (instanceKind(instanceId) === "entity") {
    return `A sub-orchestration's instance id must not start with '@' ('${instanceId}'): such ids belong to entities.`;
  }
  return undefined;
}

function recordSend(action: SendEvent, context: ActionContext): RecordedAction {
  const { instanceId, name, input } = action;
  const { traceContext } = tracedBy(context, action);
  return {
    event: { type: "EventSent", timestamp: context.now, eventId: action.id, instanceId, name, input },
    message: eventMessage(instanceId, name, input, context.now, action.dueAt, traceContext),
  };
}

/** The code's own context goes before the host's. */
function tracedBy(
  { traceOf }: ActionContext,
  { id, traceContext = traceOf?.(id) }: { readonly id: number; readonly traceContext?: TraceContext },
): { readonly traceContext?: TraceContext } {
  return traceContext ? { traceContext } : {};
}

/** An event to another instance; an entity that does not exist comes into being by it. */
export function eventMessage(
  instanceId: string,
  name: string,
  input: string | null,
  now: number,
  dueAt?: number,
  traceContext?: TraceContext,
): OutboundMessage {
  return {
    instanceId,
    event: { type: "EventRaised", timestamp: now, name, input, ...(traceContext ? { traceContext } : {}) },
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(instanceKind(instanceId) === "entity" ? { seed: entitySeed(instanceId, now) } : {}),
  };
}

/** Entities are created by their first message, named like their instance id, without input (contract §3.2). */
function entitySeed(instanceId: string, now: number): NonNullable<OutboundMessage["seed"]> {
  return { executionId: "", name: instanceId, version: "", input: null, createdAt: now };
}
