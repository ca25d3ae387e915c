import { describeNonDeterminism, findNonDeterminism } from "../decide/check-determinism";
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
  readonly number: number;
  readonly past: readonly HistoryEvent[];
  readonly shown: readonly HistoryEvent[];
  /** All events of the episode, what its code asked for included. */
  readonly events: readonly HistoryEvent[];
}

type Orchestrations = Pick<Executor, "executeOrchestration" | "inspectOrchestration" | "forget" | "knows">;

const ASKED: Readonly<Record<OrchestratorAction["type"], string>> = {
  ScheduleActivity: "an activity task",
  CreateTimer: "a timer task",
  CreateSubOrchestration: "a sub-orchestration task",
  SendEvent: "an event",
};

/**
 * Executes a recorded history again, episode by episode, and compares what the code asks for with what it asked for then.
 * Nothing else is executed: activities, children and entities answer from the history.
 */
export async function replayInstance(executor: Orchestrations, recorded: ExportedInstance): Promise<ReplayOutcome> {
  const history = executedOrder(recorded.history);
  const started = history.find((event) => event.type === "ExecutionStarted");
  // An instance that has not run yet, or has just continued as new, has nothing to disagree with.
  if (!started) return { agrees: true, episodes: 0 };
  if (!executor.knows("orchestration", started.name)) {
    const difference = `The app has no orchestrator function named '${started.name}' any more.`;
    return { agrees: false, episode: 1, difference };
  }
  try {
    return await new Replay(executor, recorded, history, started).run();
  } finally {
    executor.forget(recorded.instanceId);
  }
}

class Replay {
  readonly #executor: Orchestrations;
  readonly #recorded: ExportedInstance;
  readonly #history: readonly HistoryEvent[];
  readonly #started: ExecutionStarted;
  readonly #asked = new Map<number, OrchestratorAction>();
  #completion: Completion | undefined;
  #last: Episode | undefined;

  constructor(
    executor: Orchestrations,
    recorded: ExportedInstance,
    history: readonly HistoryEvent[],
    started: ExecutionStarted,
  ) {
    this.#executor = executor;
    this.#recorded = recorded;
    this.#history = history;
    this.#started = started;
  }

  async run(): Promise<ReplayOutcome> {
    let episodes = 0;
    for (const episode of episodesOf(this.#history)) {
      episodes++;
      await this.#execute(episode);
      const difference = await this.#findMissing(episode.events);
      if (difference !== undefined) return { agrees: false, episode: episode.number, difference };
    }
    const difference = this.#findUnrecorded() ?? this.#compareEnds();
    if (difference !== undefined) return { agrees: false, episode: episodes, difference };
    return { agrees: true, episodes, ...(this.#completion ? { completion: this.#completion.type } : {}) };
  }

  async #execute({ number, past, shown }: RecordedEpisode): Promise<void> {
    const { instance, name, version, input, parent } = this.#started;
    const episode: Episode = {
      ...instance,
      name,
      version,
      input,
      episode: number,
      newEvents: shown,
      ...(parent ? { parent } : {}),
      ...(this.#last ? { resumeAfter: this.#last.episode } : {}),
      loadPastEvents: async () => past,
    };
    this.#last = episode;
    const result = await this.#executor.executeOrchestration(episode, new AbortController().signal);
    for (const action of result.actions) this.#asked.set(action.id, action);
    this.#completion = result.completion;
  }

  /** What the recorded run asked for in these events and the code now does not. */
  async #findMissing(events: readonly HistoryEvent[]): Promise<string | undefined> {
    for (const event of events) {
      const action = "eventId" in event ? this.#asked.get(event.eventId) : undefined;
      const found = findNonDeterminism([event], action ? [action] : []);
      if (!found) continue;
      const inspection =
        this.#last && (await this.#executor.inspectOrchestration?.(this.#last, new AbortController().signal));
      return describeNonDeterminism(found, this.#completion, inspection);
    }
    return undefined;
  }

  /** What the code asks for now and the recorded run did not. */
  #findUnrecorded(): string | undefined {
    const recorded = new Set(this.#history.flatMap((event) => ("eventId" in event ? [event.eventId] : [])));
    const [first] = [...this.#asked.values()].filter(({ id }) => !recorded.has(id));
    // A run that was ended from outside, or failed by the host, may have had no time to record it.
    if (!first || this.#endedFromOutside()) return undefined;
    const name = "name" in first ? ` named '${first.name}'` : "";
    return (
      `Non-deterministic orchestrator: When its code was replayed it asked for ${ASKED[first.type]}${name} with sequence ID ` +
      `${first.id}, where the recorded execution asked for nothing.`
    );
  }

  #compareEnds(): string | undefined {
    if (this.#endedFromOutside()) return undefined;
    const now = this.#completion?.type;
    const then = this.#history.find((event) => event.type === "ExecutionCompleted")?.status;
    if (then === undefined && now !== undefined && hasOpenTasks(foldHistory(this.#recorded.history))) return undefined;
    if (then === now) return undefined;
    const text = this.#completion?.type === "Failed" ? ` (${this.#completion.output})` : "";
    return `The recorded execution ${ended(then)}, but when its code was replayed it ${ended(now)}${text}.`;
  }

  #endedFromOutside(): boolean {
    return this.#history.some(
      (event) =>
        event.type === "ExecutionTerminated" || (event.type === "ExecutionCompleted" && event.status === "Terminated"),
    );
  }
}

function ended(how: string | undefined): string {
  if (how === "Completed") return "completed";
  if (how === "Failed") return "failed";
  return how === undefined ? "went on waiting" : "continued as new";
}

/** The episodes in which code ran, each with what it was shown. */
function* episodesOf(history: readonly HistoryEvent[]): Generator<RecordedEpisode> {
  let number = 0;
  for (let begin = 0; begin < history.length;) {
    let end = begin + 1;
    while (end < history.length && history[end]?.type !== "OrchestratorStarted") end++;
    const events = history.slice(begin, end);
    const shown = events.filter((event) => event.type === "OrchestratorStarted" || isForUserCode(event));
    // A termination, or a suspension, is an episode without code.
    if (shown.some(isForUserCode)) yield { number: ++number, past: history.slice(0, begin), shown, events };
    begin = end;
  }
}
