import type { Completion, Episode, EpisodeResult, EventRaised, ExecutionSpan } from "@durable-host/engine";
import { Duration } from "google-protobuf/google/protobuf/duration_pb";
import { pb } from "../proto/messages";
import { nonEmpty, tagsOf, textOf, wrapText } from "../proto/scalars";
import { timeOf, wrapTime } from "../proto/timestamps";
import { failureFromProto } from "./failure-details";
import { HistoryToProto } from "./history";
import { optional } from "./optional";
import { actionsFromProto, type ActingExecution } from "./orchestrator-actions";
import { statusFromProto } from "./runtime-status";

/** An episode with all of its history: past and new events, which one conversion has to see in this order (contract §4.1). */
export async function episodeToProto(episode: Episode): Promise<pb.OrchestratorRequest> {
  const history = new HistoryToProto("worker");
  const past = history.convert(await episode.loadPastEvents());
  return requestOf(episode, history.convert(episode.newEvents)).setPasteventsList(past);
}

/** The request of an episode without its past events. */
export function requestOf(episode: Episode, newEvents: pb.HistoryEvent[]): pb.OrchestratorRequest {
  return new pb.OrchestratorRequest()
    .setInstanceid(episode.instanceId)
    .setExecutionid(wrapText(episode.executionId))
    .setNeweventsList(newEvents)
    .setEntityparameters(entityParameters())
    .setOrchestrationtracecontext(spanToProto(episode.span));
}

/** Without these parameters some SDKs take it that there are no entities. Messages arrive in order, so no window is needed. */
function entityParameters(): pb.OrchestratorEntityParameters {
  return new pb.OrchestratorEntityParameters().setEntitymessagereorderwindow(new Duration());
}

/**
 * What a worker has answered. It matches what it repeats itself, so what it asks for is new; and nothing that is outstanding
 * is waited for when it says that the code has ended (contract §4.4, §4.5).
 */
export function episodeResultFromProto(response: pb.OrchestratorResponse, execution: ActingExecution): EpisodeResult {
  const messages = response.getActionsList();
  const ending = messages.map((message) => message.getCompleteorchestration()).find((found) => found !== undefined);
  const completion = ending && completionFromProto(ending);
  // It is that of an execution: the next one begins without.
  const customStatus = completion?.type === "ContinuedAsNew" ? null : response.getCustomstatus()?.getValue();
  return {
    actions: actionsFromProto(messages, execution),
    replayed: false,
    canceledTimers: [],
    ...optional("customStatus", customStatus),
    ...optional("completion", completion),
    ...optional("unconsumedEvents", ending?.getCarryovereventsList().flatMap(carriedOver)),
    ...optional("span", spanFromProto(response.getOrchestrationtracecontext())),
    ...optional("eventsProcessed", response.getNumeventsprocessed()?.getValue()),
  };
}

function completionFromProto(ending: pb.CompleteOrchestrationAction): Completion | undefined {
  const output = textOf(ending.getResult());
  const type = statusFromProto(ending.getOrchestrationstatus());
  switch (type) {
    case "Completed":
    case "Terminated":
    case "Canceled":
      return { type, output, immediate: true };
    case "Failed": {
      const failure = ending.getFailuredetails();
      const text = failure?.getErrormessage() ?? output ?? "The orchestration has failed.";
      return {
        type,
        output: text,
        immediate: true,
        ...optional("failureDetails", failure && failureFromProto(failure)),
      };
    }
    case "ContinuedAsNew": {
      return {
        type,
        input: output,
        immediate: true,
        ...optional("version", nonEmpty(ending.getNewversion())),
        ...optional("tags", tagsOf(ending.getTagsMap())),
      };
    }
    default:
      return undefined;
  }
}

/** An event that was raised and not awaited; the next execution gets it. */
function carriedOver(message: pb.HistoryEvent): readonly EventRaised[] {
  const raised = message.getEventraised();
  if (!raised) return [];
  const timestamp = timeOf(message.getTimestamp()) ?? 0;
  return [{ type: "EventRaised", timestamp, name: raised.getName(), input: textOf(raised.getInput()) }];
}

function spanToProto(span: ExecutionSpan | undefined): pb.OrchestrationTraceContext | undefined {
  if (!span) return undefined;
  return new pb.OrchestrationTraceContext().setSpanid(wrapText(span.spanId)).setSpanstarttime(wrapTime(span.startedAt));
}

function spanFromProto(message: pb.OrchestrationTraceContext | undefined): ExecutionSpan | undefined {
  const spanId = nonEmpty(message?.getSpanid());
  const startedAt = timeOf(message?.getSpanstarttime());
  return spanId === undefined || startedAt === undefined ? undefined : { spanId, startedAt };
}
