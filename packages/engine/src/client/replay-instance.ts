import { describeNonDeterminism, findNonDeterminism, type NonDeterminism } from "../decide/check-determinism";
import { executedOrder } from "../decide/executed-order";
import { foldHistory, hasOpenTasks, isForUserCode } from "../decide/runtime-state";
import type { Completion, OrchestratorAction } from "../model/action";
import type { ExecutionStarted, HistoryEvent } from "../model/history-event";
import type { ExportedInstance } from "../model/instance-export";
import type { Episode, Executor } from "../ports/executor";

/** What a recorded instance and today's code agree on, or where they part. */
export type ReplayOutcome =
  | { readonly agrees: true; readonly episodes: number; readonly completion?: Completion["type"] }
  /** `episode` counts from 1 in the recorded execution. */
  | { readonly agrees: false; readonly episode: number; readonly difference: string };

interface RecordedEpisode {
  readonly past: readonly HistoryEvent[];
  /** What code was shown. */
  readonly shown: readonly HistoryEvent[];
  /** All of the episode, what its code asked for included. */
  readonly events: readonly HistoryEvent[];
}

type Orchestrations = Pick<Executor, "executeOrchestration" | "inspectOrchestration" | "forget" | "knows">;

const ASKED: Readonly<Record<OrchestratorAction["type"], string>> = {
  ScheduleActivity: "an activity task",
  CreateTimer: "a timer task",
  CreateSubOrchestration: "a sub-orchestration task",
  SendEvent: "an event",
  TerminateOrchestration: "a termination",
};

/**
 * Executes a recorded history again and compares what the code asks for with what it asked for then, and how it ends.
 * Nothing else is executed: activities, children and entities answer from the history.
 *
 * What code asks for beyond the history of an instance that still ran is no difference: the engine would take it as new.
 */
export async function replayInstance(executor: Orchestrations, recorded: ExportedInstance): Promise<ReplayOutcome> {
  const history = executedOrder(recorded.history);
  const started = history.find((event) => event.type === "ExecutionStarted");
  const episodes = [...episodesOf(untilItsEnd(history))];
  const last = episodes.at(-1);
  // An instance that has not run yet, or has just continued as new, has nothing to disagree with.
  if (!started || !last) return { agrees: true, episodes: 0 };
  if (!executor.knows("orchestration", started.name)) {
    const difference = `The app has no orchestrator function named '${started.name}' any more.`;
    return { agrees: false, episode: 1, difference };
  }
  const episode = lastEpisode(started, last, episodes.length);
  const signal = new AbortController().signal;
  try {
    const { actions, completion } = await executor.executeOrchestration(episode, signal);
    const missing = findMissing(episodes, actions);
    if (missing) {
      const inspection = await executor.inspectOrchestration?.(episode, signal);
      const difference = describeNonDeterminism(missing.found, completion, inspection);
      return { agrees: false, episode: missing.episode, difference };
    }
    const difference = compareEnds(recorded.history, actions, completion);
    if (difference !== undefined) return { agrees: false, episode: episodes.length, difference };
    return { agrees: true, episodes: episodes.length, ...(completion ? { completion: completion.type } : {}) };
  } finally {
    executor.forget(recorded.instanceId);
  }
}

/** Without what came too late for a failed instance: its code has not seen that. */
function untilItsEnd(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const end = history.findIndex(({ type }) => type === "ExecutionCompleted");
  return end < 0 ? history : history.slice(0, end + 1);
}

/** The last recorded episode, to be executed after a replay of all before it. */
function lastEpisode(started: ExecutionStarted, { past, shown }: RecordedEpisode, number: number): Episode {
  const { instance, name, version, input, parent } = started;
  const loadPastEvents = async () => past;
  return {
    ...{ ...instance, name, version, input, loadPastEvents },
    episode: number,
    newEvents: shown,
    ...(parent ? { parent } : {}),
  };
}

/** What the recorded execution asked for, first of all, and the code now does not. */
function findMissing(
  episodes: readonly RecordedEpisode[],
  actions: readonly OrchestratorAction[],
): { readonly episode: number; readonly found: NonDeterminism } | undefined {
  for (const [index, { events }] of episodes.entries()) {
    const found = findNonDeterminism(events, actions);
    if (found) return { episode: index + 1, found };
  }
  return undefined;
}

function compareEnds(
  history: readonly HistoryEvent[],
  actions: readonly OrchestratorAction[],
  completion: Completion | undefined,
): string | undefined {
  const then = history.find((event) => event.type === "ExecutionCompleted")?.status;
  // It was ended from outside, at a time that the code had no part in.
  if (then === "Terminated") return undefined;
  const unrecorded = then === undefined ? undefined : findUnrecorded(history, actions);
  if (unrecorded !== undefined) return unrecorded;
  const now = completion?.type;
  // The end of the code is not recorded before everything outstanding has come.
  if (then === now || (then === undefined && hasOpenTasks(foldHistory(history)))) return undefined;
  const reason = completion?.type === "Failed" ? ` (${completion.output})` : "";
  return `The recorded execution ${ended(then)}, but when its code was replayed it ${ended(now)}${reason}.`;
}

/** What the code asks for now, and the recorded execution has ended without. */
function findUnrecorded(history: readonly HistoryEvent[], actions: readonly OrchestratorAction[]): string | undefined {
  const recorded = new Set(
    history.flatMap((event) => ("eventId" in event && event.type !== "ExecutionCompleted" ? [event.eventId] : [])),
  );
  const first = actions.find(({ id }) => !recorded.has(id));
  if (!first) return undefined;
  const name = "name" in first ? ` named '${first.name}'` : "";
  return (
    `Non-deterministic orchestrator: When its code was replayed it asked for ${ASKED[first.type]}${name} with sequence ID ` +
    `${first.id}, where the recorded execution asked for nothing.`
  );
}

function ended(how: string | undefined): string {
  if (how === "Completed") return "completed";
  if (how === "Failed") return "failed";
  return how === undefined ? "went on waiting" : "continued as new";
}

/** The episodes in which code ran, each with what it was shown. */
function* episodesOf(history: readonly HistoryEvent[]): Generator<RecordedEpisode> {
  for (let begin = 0; begin < history.length;) {
    let end = begin + 1;
    while (end < history.length && history[end]?.type !== "OrchestratorStarted") end++;
    const events = history.slice(begin, end);
    const shown = events.filter((event) => event.type === "OrchestratorStarted" || isForUserCode(event));
    // A termination, or a suspension, is an episode without code.
    if (shown.some(isForUserCode)) yield { past: history.slice(0, begin), shown, events };
    begin = end;
  }
}
