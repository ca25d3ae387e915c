import type { Completion, OrchestratorAction } from "../model/action";
import type { HistoryEvent } from "../model/history-event";
import type {
  ActivityResult,
  EntityBatch,
  EntityBatchResult,
  Episode,
  EpisodeResult,
  Executor,
} from "../ports/executor";
import { describeExcess } from "./payload-size";

/**
 * An executor whose code fails, with a message that says so, when it hands on more than `limit` bytes: the activity whose
 * result it is, the orchestration that asks for it or returns it, the operations of the entity.
 */
export function limitExecutor(executor: Executor, limit: number): Executor {
  return {
    ...bound(executor),
    executeOrchestration: (episode, signal) => limitOrchestration(executor, episode, signal, limit),
    executeActivity: async (task, ...rest) =>
      limitActivity(await executor.executeActivity(task, ...rest), task.name, limit),
    executeEntity: async (batch, signal) => limitBatch(await executor.executeEntity(batch, signal), batch, limit),
  };
}

/** The other methods, which a spread would leave on the prototype. */
function bound(executor: Executor): Executor {
  const { inspectOrchestration, capacity, onCapacity } = executor;
  return {
    executeOrchestration: executor.executeOrchestration.bind(executor),
    executeActivity: executor.executeActivity.bind(executor),
    executeEntity: executor.executeEntity.bind(executor),
    forget: executor.forget.bind(executor),
    knows: executor.knows.bind(executor),
    names: executor.names.bind(executor),
    ...(inspectOrchestration ? { inspectOrchestration: inspectOrchestration.bind(executor) } : {}),
    ...(capacity ? { capacity: capacity.bind(executor) } : {}),
    ...(onCapacity ? { onCapacity: onCapacity.bind(executor) } : {}),
  };
}

/** What a replay repeats was accepted once, perhaps under another limit. */
async function limitOrchestration(
  executor: Executor,
  episode: Episode,
  signal: AbortSignal,
  limit: number,
): Promise<EpisodeResult> {
  let past: readonly HistoryEvent[] = [];
  const loadPastEvents = async (): Promise<readonly HistoryEvent[]> => (past = await episode.loadPastEvents());
  const result = await executor.executeOrchestration({ ...episode, loadPastEvents }, signal);
  return limitEpisode(result, past, episode.name, limit);
}

function limitEpisode(
  result: EpisodeResult,
  past: readonly HistoryEvent[],
  name: string,
  limit: number,
): EpisodeResult {
  let excess = result.completion && completionExcess(result.completion, limit);
  for (const action of result.actions) {
    const tooLarge = actionExcess(action, limit);
    if (tooLarge !== undefined && !isRecorded(past, action)) excess ??= tooLarge;
  }
  if (excess === undefined) return result;
  const output = `Orchestrator function '${name}' failed: ${excess}`;
  // Without its actions a replay cannot be compared with history.
  return { ...result, actions: [], replayed: false, completion: { type: "Failed", output, immediate: true } };
}

function isRecorded(past: readonly HistoryEvent[], { id }: OrchestratorAction): boolean {
  return past.some((event) => "eventId" in event && event.eventId === id);
}

function actionExcess(action: OrchestratorAction, limit: number): string | undefined {
  switch (action.type) {
    case "ScheduleActivity":
      return describeExcess(`The input of activity '${action.name}'`, action.input, limit);
    case "CreateSubOrchestration":
      return describeExcess(`The input of sub-orchestration '${action.name}'`, action.input, limit);
    case "SendEvent":
      return describeExcess(`What is sent to '${action.instanceId}'`, action.input, limit);
    case "TerminateOrchestration":
      return describeExcess(`The reason to terminate '${action.instanceId}'`, action.reason, limit);
    case "CreateTimer":
      return undefined;
  }
}

function completionExcess(completion: Completion, limit: number): string | undefined {
  switch (completion.type) {
    case "Completed":
    case "Terminated":
    case "Canceled":
      return describeExcess("Its output", completion.output, limit);
    case "ContinuedAsNew":
      return describeExcess("The input of its next execution", completion.input, limit);
    case "Failed":
      return undefined;
  }
}

function limitActivity(result: ActivityResult, name: string, limit: number): ActivityResult {
  if (result.type === "Failed") return result;
  const excess = describeExcess("Its result", result.result, limit);
  if (excess === undefined) return result;
  return { type: "Failed", reason: `Activity function '${name}' failed: ${excess}`, details: excess };
}

/** A state that cannot be kept takes all operations of the batch back: callers are told, the entity stays as it was. */
function limitBatch(result: EntityBatchResult, batch: EntityBatch, limit: number): EntityBatchResult {
  const isNew = result.state !== batch.state;
  let excess = isNew ? describeExcess(`The state of entity '${batch.entity.name}'`, result.state, limit) : undefined;
  for (const signal of result.signals) {
    excess ??= describeExcess(`The signal '${signal.name}' of entity '${batch.entity.name}'`, signal.input, limit);
  }
  for (const start of result.starts ?? []) {
    excess ??= describeExcess(`The input of orchestration '${start.name}'`, start.input, limit);
  }
  if (excess !== undefined) {
    const failed = { isError: true, result: JSON.stringify(excess) };
    return { results: batch.operations.map(() => failed), signals: [], exists: batch.exists, state: batch.state };
  }
  const results = result.results.map((each, index) => {
    const operation = batch.operations[index]?.name ?? "";
    const tooLarge = describeExcess(`The result of operation '${operation}'`, each.result, limit);
    return tooLarge === undefined ? each : { isError: true, result: JSON.stringify(tooLarge) };
  });
  return { ...result, results };
}
