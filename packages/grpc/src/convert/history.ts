import type { EventSent, ExecutionStarted, HistoryEvent, ParentInstance } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { fillTags, wrapText } from "../proto/scalars";
import { wrapTime } from "../proto/timestamps";
import { fillAnswer, sentToEntity, type OpenRequest } from "./entity-messages";
import { failureToProto, taskFailureToProto } from "./failure-details";
import { statusToProto } from "./runtime-status";
import { traceToProto } from "./trace-context";

/** Id of all events that come from outside an execution (contract §4.3). */
const EXTERNAL = -1;

/**
 * Who is to read a history: a worker, that replays it and may fail on events it does not need, or a client, that is shown
 * all that has happened (contract §4.2, §8.8).
 */
export type HistoryReader = "worker" | "client";

/**
 * Turns the history of one execution into messages, part by part in order: to know what an event answers, it has to have
 * seen what was asked for.
 */
export class HistoryToProto {
  readonly #reader: HistoryReader;
  readonly #open: Map<string, OpenRequest>;

  constructor(reader: HistoryReader, open: ReadonlyMap<string, OpenRequest> = new Map()) {
    this.#reader = reader;
    this.#open = new Map(open);
  }

  /** A conversion that goes on from here; this one stays where it is. */
  fork(): HistoryToProto {
    return new HistoryToProto(this.#reader, this.#open);
  }

  convert(events: readonly HistoryEvent[]): pb.HistoryEvent[] {
    const messages: pb.HistoryEvent[] = [];
    for (const event of events) {
      if (!this.#isShown(event)) continue;
      const message = new pb.HistoryEvent().setEventid(this.#idOf(event)).setTimestamp(wrapTime(event.timestamp));
      this.#fill(message, event);
      messages.push(message);
    }
    return messages;
  }

  /** Clients know the start as the event 0, as the Azure service has it. */
  #idOf(event: HistoryEvent): number {
    if (event.type === "ExecutionStarted" && this.#reader === "client") return 0;
    return "eventId" in event ? event.eventId : EXTERNAL;
  }

  /**
   * Nobody is shown what only the engine needs. Suspension and termination are the engine's business, too: a worker gets
   * its work items without what has been held back, and none once the end is near.
   */
  #isShown({ type }: HistoryEvent): boolean {
    switch (type) {
      case "OrchestratorCompleted":
        return false;
      case "ExecutionCompleted":
      case "ExecutionRewound":
      case "ExecutionSuspended":
      case "ExecutionResumed":
      case "ExecutionTerminated":
      case "ContinueAsNew":
        return this.#reader === "client";
      default:
        return true;
    }
  }

  #fill(message: pb.HistoryEvent, event: HistoryEvent): void {
    switch (event.type) {
      case "EventSent":
        this.#fillSent(message, event);
        return;
      case "EventRaised": {
        const open = this.#open.get(event.name);
        if (open) {
          this.#open.delete(event.name);
          fillAnswer(message, event, open);
          return;
        }
        message.setEventraised(new pb.EventRaisedEvent().setName(event.name).setInput(wrapText(event.input)));
        return;
      }
      case "TaskScheduled":
      case "TaskCompleted":
      case "TaskFailed":
      case "SubOrchestrationCreated":
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed":
      case "TimerCreated":
      case "TimerFired":
        fillTask(message, event);
        return;
      default:
        fillExecution(message, event);
        return;
    }
  }

  #fillSent(message: pb.HistoryEvent, event: EventSent): void {
    const sent = sentToEntity(event);
    if (sent) {
      if (sent.opens) this.#open.set(sent.opens.id, sent.opens.kind);
      sent.fill(message);
      return;
    }
    const { instanceId, name, input } = event;
    message.setEventsent(new pb.EventSentEvent().setInstanceid(instanceId).setName(name).setInput(wrapText(input)));
  }
}

type TaskEvent = Extract<HistoryEvent, { readonly type: `${"Task" | "SubOrchestration" | "Timer"}${string}` }>;

type ExecutionEvent = Exclude<HistoryEvent, TaskEvent | { readonly type: "EventSent" | "EventRaised" }>;

/** What an orchestration has asked for, and what has come of it. */
function fillTask(message: pb.HistoryEvent, event: TaskEvent): void {
  switch (event.type) {
    case "TaskScheduled": {
      const scheduled = new pb.TaskScheduledEvent()
        .setName(event.name)
        .setVersion(wrapText(event.version))
        .setInput(wrapText(event.input))
        .setParenttracecontext(traceToProto(event.traceContext));
      fillTags(scheduled.getTagsMap(), event.tags);
      message.setTaskscheduled(scheduled);
      return;
    }
    case "TaskCompleted":
      message.setTaskcompleted(
        new pb.TaskCompletedEvent().setTaskscheduledid(event.taskScheduledId).setResult(wrapText(event.result)),
      );
      return;
    case "TaskFailed":
      message.setTaskfailed(
        new pb.TaskFailedEvent().setTaskscheduledid(event.taskScheduledId).setFailuredetails(taskFailureToProto(event)),
      );
      return;
    case "TimerCreated":
      message.setTimercreated(new pb.TimerCreatedEvent().setFireat(wrapTime(event.fireAt)));
      return;
    case "TimerFired":
      message.setTimerfired(new pb.TimerFiredEvent().setTimerid(event.timerId).setFireat(wrapTime(event.fireAt)));
      return;
    default:
      fillChild(message, event);
      return;
  }
}

function fillChild(
  message: pb.HistoryEvent,
  event: Extract<TaskEvent, { readonly type: `SubOrchestration${string}` }>,
): void {
  switch (event.type) {
    case "SubOrchestrationCreated": {
      const created = new pb.SubOrchestrationInstanceCreatedEvent()
        .setInstanceid(event.instanceId)
        .setName(event.name)
        .setVersion(wrapText(event.version || undefined))
        .setInput(wrapText(event.input))
        .setParenttracecontext(traceToProto(event.traceContext));
      fillTags(created.getTagsMap(), event.tags);
      message.setSuborchestrationinstancecreated(created);
      return;
    }
    case "SubOrchestrationCompleted":
      message.setSuborchestrationinstancecompleted(
        new pb.SubOrchestrationInstanceCompletedEvent()
          .setTaskscheduledid(event.taskScheduledId)
          .setResult(wrapText(event.result)),
      );
      return;
    case "SubOrchestrationFailed":
      message.setSuborchestrationinstancefailed(
        new pb.SubOrchestrationInstanceFailedEvent()
          .setTaskscheduledid(event.taskScheduledId)
          .setFailuredetails(taskFailureToProto(event)),
      );
      return;
  }
}

/** What happens to an execution as a whole. */
function fillExecution(message: pb.HistoryEvent, event: ExecutionEvent): void {
  switch (event.type) {
    case "OrchestratorStarted":
      message.setOrchestratorstarted(new pb.OrchestratorStartedEvent());
      return;
    case "OrchestratorCompleted":
      message.setOrchestratorcompleted(new pb.OrchestratorCompletedEvent());
      return;
    case "ExecutionStarted":
      message.setExecutionstarted(executionStarted(event));
      return;
    case "ExecutionCompleted":
      message.setExecutioncompleted(
        new pb.ExecutionCompletedEvent()
          .setOrchestrationstatus(statusToProto(event.status))
          .setResult(wrapText(event.result))
          .setFailuredetails(event.failureDetails && failureToProto(event.failureDetails)),
      );
      return;
    case "ExecutionTerminated":
      message.setExecutionterminated(
        new pb.ExecutionTerminatedEvent().setInput(wrapText(event.reason)).setRecurse(event.recurse ?? false),
      );
      return;
    case "ExecutionSuspended":
      message.setExecutionsuspended(new pb.ExecutionSuspendedEvent().setInput(wrapText(event.reason)));
      return;
    case "ExecutionResumed":
      message.setExecutionresumed(new pb.ExecutionResumedEvent().setInput(wrapText(event.reason)));
      return;
    case "ExecutionRewound":
      message.setExecutionrewound(new pb.ExecutionRewoundEvent().setReason(wrapText(event.reason)));
      return;
    case "ContinueAsNew":
      message.setContinueasnew(new pb.ContinueAsNewEvent().setInput(wrapText(event.result)));
      return;
  }
}

function executionStarted(event: ExecutionStarted): pb.ExecutionStartedEvent {
  const started = new pb.ExecutionStartedEvent()
    .setName(event.name)
    .setVersion(wrapText(event.version || undefined))
    .setInput(wrapText(event.input))
    .setOrchestrationinstance(instanceReference(event.instance))
    .setParentinstance(event.parent && parentReference(event.parent))
    .setScheduledstarttimestamp(wrapTime(event.scheduledStartTime))
    .setParenttracecontext(traceToProto(event.traceContext));
  fillTags(started.getTagsMap(), event.tags);
  return started;
}

function parentReference(parent: ParentInstance): pb.ParentInstanceInfo {
  return new pb.ParentInstanceInfo()
    .setTaskscheduledid(parent.taskScheduledId)
    .setName(wrapText(parent.name))
    .setOrchestrationinstance(instanceReference(parent));
}

/** An execution as messages refer to it. */
export function instanceReference({
  instanceId,
  executionId,
}: {
  readonly instanceId: string;
  readonly executionId: string;
}): pb.OrchestrationInstance {
  return new pb.OrchestrationInstance().setInstanceid(instanceId).setExecutionid(wrapText(executionId));
}
