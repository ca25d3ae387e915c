import {
  parseEntityInstanceId,
  parseRequest,
  type ActivityOutcome,
  type ActivityTask,
  type EventRaised,
  type ExecutionStarted,
  type OutboundMessage,
  type SavedEntityBatch,
  type SavedEpisode,
  type SavedRequest,
  type ScheduledEvent,
  type TraceContext,
  type TracedExecution,
  type TracedOperation,
  type WorkTracer,
} from "@durable-host/engine";
import { answeredSpan } from "./answered-span";
import { operationError } from "./operation-error";
import type { Attributes, Span, SpanContext, SpanSink } from "./span";
import { childContext, formatTraceContext, parseTraceContext, type RootSampler } from "./trace-context";

/** `@(version)` follows the name where there is one. */
export function spanName(type: string, name: string, version?: string): string {
  return version ? `${type}:${name}@(${version})` : `${type}:${name}`;
}

/**
 * Durable spans, version 2 (durable contract §8.1). A span is told of once, whole, by the process that saves its end: its ids
 * follow from what the history holds, so a process that takes over after a crash gives it the same ids and times.
 */
export class DurableTracer implements WorkTracer {
  readonly #emit: SpanSink;
  readonly #sampler: RootSampler;

  constructor(emit: SpanSink, sampler: RootSampler) {
    this.#emit = emit;
    this.#sampler = sampler;
  }

  requestContext(parent: TraceContext | undefined): TraceContext {
    return formatTraceContext(childContext(parseTraceContext(parent), this.#sampler));
  }

  requestSaved({ instanceId, event, parent, startedAt, endedAt }: SavedRequest): void {
    const context = parseTraceContext(event.traceContext);
    if (!context) return;
    const span = event.type === "ExecutionStarted" ? startSpan(event) : sentSpan(instanceId, event);
    if (!span) return;
    this.#emit({
      ...span,
      kind: "producer",
      context,
      parent: parseTraceContext(parent),
      links: [],
      startedAt,
      endedAt,
    });
  }

  executionContext(execution: TracedExecution): TraceContext {
    return formatTraceContext(this.#execution(execution));
  }

  scheduledContext(execution: TracedExecution, eventId: number, timestamp: number): TraceContext {
    return formatTraceContext(this.#scheduled(execution, eventId, timestamp));
  }

  episodeSaved({ execution, answered, messages, savedAt, end }: SavedEpisode): void {
    const parent = this.#execution(execution);
    for (const each of answered) {
      const { eventId, timestamp } = each.scheduled;
      const context = this.#scheduled(execution, eventId, timestamp);
      this.#emit({ ...answeredSpan(execution.started, each), context, parent, links: [] });
    }
    this.#sent(messages, parent);
    if (!end) return;
    const { started, begunAt } = execution;
    const { instance } = end;
    if (instance?.runtimeStatus === "Terminated") this.#cutOff(execution, end.unanswered, savedAt);
    const failed = instance && instance.runtimeStatus !== "Completed";
    this.#emit({
      name: spanName("orchestration", started.name, started.version),
      kind: "server",
      context: parent,
      parent: parseTraceContext(started.traceContext),
      links: [],
      attributes: {
        ...orchestrationAttributes(started),
        "durabletask.task.status": instance?.runtimeStatus ?? "ContinuedAsNew",
      },
      startedAt: begunAt,
      endedAt: Math.max(begunAt, instance?.completedAt ?? savedAt),
      ...(failed ? { error: instance.output ?? instance.runtimeStatus } : {}),
    });
  }

  activityContext(task: ActivityTask): TraceContext {
    return formatTraceContext(this.#activity(task));
  }

  activitySaved(task: ActivityTask, outcome: ActivityOutcome, startedAt: number): void {
    const { name, version, instanceId, executionId, taskId } = task;
    this.#emit({
      name: spanName("activity", name, version),
      kind: "server",
      context: this.#activity(task),
      parent: parseTraceContext(task.traceContext),
      links: [],
      attributes: {
        "durabletask.type": "activity",
        "durabletask.task.name": name,
        ...(version ? { "durabletask.task.version": version } : {}),
        "durabletask.task.instance_id": instanceId,
        "durabletask.task.execution_id": executionId,
        "durabletask.task.task_id": taskId,
      },
      startedAt,
      endedAt: Math.max(startedAt, outcome.timestamp),
      ...(outcome.type === "TaskFailed" ? { error: outcome.reason } : {}),
    });
  }

  operationContext(operation: TracedOperation): TraceContext {
    return formatTraceContext(this.#operation(operation));
  }

  signalContext(parent: TraceContext, requestId: string): TraceContext {
    return formatTraceContext(childContext(parseTraceContext(parent), this.#sampler, `signal ${requestId}`));
  }

  entityBatchSaved({ entity, operations, results, messages, startedAt, endedAt }: SavedEntityBatch): void {
    for (const [index, operation] of operations.entries()) {
      const result = results[index];
      const error = result?.isError ? operationError(result.result) : undefined;
      this.#emit({
        name: spanName("entity", `${entity.name}:${operation.name}`),
        kind: operation.isSignal ? "consumer" : "server",
        context: this.#operation(operation),
        parent: parseTraceContext(operation.parent),
        links: [],
        attributes: {
          "durabletask.type": "entity",
          "durabletask.task.name": entity.name,
          "durabletask.task.instance_id": `@${entity.name.toLowerCase()}@${entity.key}`,
          "durabletask.task.operation": operation.isSignal ? "signal_entity" : "call_entity",
          ...(error === undefined ? {} : { "durabletask.entity.error_message": error }),
        },
        startedAt,
        endedAt: Math.max(startedAt, endedAt),
        ...(error === undefined ? {} : { error }),
      });
    }
    const [first] = operations;
    if (first) this.#sent(messages, this.#operation(first));
  }

  /** What nobody waits for any more is not answered; its spans would have children and not be there. */
  #cutOff(execution: TracedExecution, unanswered: readonly ScheduledEvent[], at: number): void {
    const parent = this.#execution(execution);
    for (const scheduled of unanswered) {
      if (scheduled.type === "TimerCreated") continue;
      const context = this.#scheduled(execution, scheduled.eventId, scheduled.timestamp);
      const answer = { type: "ExecutionTerminated", timestamp: at, reason: null } as const;
      const span = answeredSpan(execution.started, { scheduled, answer });
      this.#emit({ ...span, context, parent, links: [], error: "The orchestration was terminated." });
    }
  }

  #sent(messages: readonly OutboundMessage[], parent: SpanContext): void {
    for (const { instanceId, event, dueAt } of messages) {
      if (event.type !== "EventRaised") continue;
      const context = parseTraceContext(event.traceContext);
      const span = context && sentSpan(instanceId, event, dueAt);
      if (!span) continue;
      const { timestamp: startedAt } = event;
      this.#emit({ ...span, kind: "producer", context, parent, links: [], startedAt, endedAt: startedAt });
    }
  }

  #execution({ started, begunAt }: TracedExecution): SpanContext {
    const seed = `execution ${started.instance.executionId} ${begunAt}`;
    return this.#below(started.traceContext, seed, started.instance.executionId);
  }

  #scheduled(execution: TracedExecution, eventId: number, timestamp: number): SpanContext {
    const { executionId } = execution.started.instance;
    return childContext(this.#execution(execution), this.#sampler, `scheduled ${executionId} ${eventId} ${timestamp}`);
  }

  #activity({ executionId, taskId, traceContext }: ActivityTask): SpanContext {
    const seed = `activity ${executionId} ${taskId} ${traceContext?.traceParent}`;
    return this.#below(traceContext, seed, executionId);
  }

  #operation({ id, parent }: TracedOperation): SpanContext {
    return this.#below(parent, `operation ${id}`, id);
  }

  /** Below a context that came along, or in the trace that `origin` names: that of work begun while nothing was traced. */
  #below(context: TraceContext | undefined, seed: string, origin: string): SpanContext {
    const parent = parseTraceContext(context) ?? childContext(undefined, this.#sampler, origin);
    return childContext(parent, this.#sampler, seed);
  }
}

type SentSpan = Pick<Span, "name" | "attributes">;

function orchestrationAttributes({ name, version, instance }: ExecutionStarted): Attributes {
  return {
    "durabletask.type": "orchestration",
    "durabletask.task.name": name,
    ...(version ? { "durabletask.task.version": version } : {}),
    "durabletask.task.instance_id": instance.instanceId,
    "durabletask.task.execution_id": instance.executionId,
  };
}

function startSpan(event: ExecutionStarted): SentSpan {
  const { scheduledStartTime: time } = event;
  return {
    name: spanName("create_orchestration", event.name, event.version),
    attributes: {
      ...orchestrationAttributes(event),
      ...(time === undefined ? {} : { "durabletask.task.scheduled_time": new Date(time).toISOString() }),
    },
  };
}

/** An event for an orchestration or a signal for an entity; calls have a span that ends with the answer, locks have none. */
function sentSpan(instanceId: string, { name, input }: EventRaised, dueAt?: number): SentSpan | undefined {
  const entity = parseEntityInstanceId(instanceId);
  const target = { "durabletask.event.target_instance_id": instanceId };
  if (!entity) {
    const attributes = { "durabletask.type": "event", "durabletask.task.name": name, ...target };
    return { name: spanName("orchestration_event", name), attributes };
  }
  const request = parseRequest(input);
  if (!request?.signal || request.op === undefined) return undefined;
  return {
    name: spanName("entity", `${entity.name}:${request.op}`),
    attributes: {
      "durabletask.type": "entity",
      "durabletask.task.name": entity.name,
      "durabletask.task.operation": "signal_entity",
      ...target,
      ...(dueAt === undefined ? {} : { "durabletask.task.scheduled_time": new Date(dueAt).toISOString() }),
    },
  };
}
