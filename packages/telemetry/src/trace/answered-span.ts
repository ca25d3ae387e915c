import {
  parseEntityInstanceId,
  parseRequest,
  type AnsweredEvent,
  type EventSent,
  type ExecutionStarted,
  type HistoryEvent,
} from "@durable-host/engine";
import { operationError } from "./operation-error";
import type { Attributes, Span } from "./span";

type AnsweredSpan = Omit<Span, "context" | "parent" | "links">;

/** The span of something an orchestration has asked for, from the asking to the answer. */
export function answeredSpan(started: ExecutionStarted, { scheduled, answer }: AnsweredEvent): AnsweredSpan {
  const { instanceId, executionId } = started.instance;
  const error = errorOf(answer);
  return {
    ...describe(started, scheduled, {
      "durabletask.task.instance_id": instanceId,
      "durabletask.task.execution_id": executionId,
      "durabletask.task.task_id": scheduled.eventId,
    }),
    startedAt: scheduled.timestamp,
    endedAt: Math.max(scheduled.timestamp, answer.timestamp),
    ...(error === undefined ? {} : { error }),
  };
}

function describe(
  { name: orchestrator }: ExecutionStarted,
  scheduled: AnsweredEvent["scheduled"],
  task: Attributes,
): Pick<Span, "name" | "kind" | "attributes"> {
  switch (scheduled.type) {
    case "TaskScheduled":
      return { kind: "client", ...named("activity", scheduled.name, scheduled.version, task) };
    case "SubOrchestrationCreated":
      return { kind: "client", ...named("orchestration", scheduled.name, scheduled.version, task) };
    case "TimerCreated": {
      const fireAt = new Date(scheduled.fireAt).toISOString();
      const attributes = { "durabletask.type": "timer", "durabletask.task.name": orchestrator, ...task };
      const name = `orchestration:${orchestrator}:timer`;
      return { kind: "internal", name, attributes: { ...attributes, "durabletask.fire_at": fireAt } };
    }
    case "EventSent":
      return { kind: "client", ...entityCall(scheduled, task) };
  }
}

function named(type: string, name: string, version: string | undefined, task: Attributes) {
  return {
    name: version ? `${type}:${name}@(${version})` : `${type}:${name}`,
    attributes: {
      "durabletask.type": type,
      "durabletask.task.name": name,
      ...(version ? { "durabletask.task.version": version } : {}),
      ...task,
    },
  };
}

function entityCall({ instanceId, input }: EventSent, task: Attributes) {
  const name = parseEntityInstanceId(instanceId)?.name ?? instanceId;
  return {
    name: `entity:${name}:${parseRequest(input)?.op ?? ""}`,
    attributes: {
      "durabletask.type": "entity",
      "durabletask.task.name": name,
      "durabletask.task.operation": "call_entity",
      "durabletask.event.target_instance_id": instanceId,
      ...task,
    },
  };
}

function errorOf(answer: HistoryEvent): string | undefined {
  switch (answer.type) {
    case "TaskFailed":
    case "SubOrchestrationFailed":
      return answer.reason;
    case "EventRaised":
      return entityError(answer.input);
    default:
      return undefined;
  }
}

/** Answers of entities name a failure by an `exceptionType`. */
function entityError(input: string | null): string | undefined {
  if (!input?.includes('"exceptionType"')) return undefined;
  try {
    const answer = JSON.parse(input) as { readonly exceptionType?: unknown; readonly result?: unknown };
    return answer.exceptionType === undefined ? undefined : operationError(answer.result);
  } catch {
    return undefined;
  }
}
