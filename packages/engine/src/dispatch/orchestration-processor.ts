import { beginEpisode, type BegunEpisode } from "../decide/begin-episode";
import {
  finishEpisode,
  finishWithoutCode,
  holdEpisode,
  type EpisodeContext,
  type EpisodeLimits,
} from "../decide/finish-episode";
import { pendingInstance, seedOf } from "../decide/instance-seed";
import { rewindHistory, type RewoundHistory } from "../decide/rewind-history";
import { foldHistory } from "../decide/runtime-state";
import { unprocessedEvents } from "../decide/unprocessed-events";
import type { HistoryEvent } from "../model/history-event";
import type { IdSource } from "../model/ids";
import type { InstanceState } from "../model/instance";
import type { Message } from "../model/message";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { Executor } from "../ports/executor";
import type { Logger } from "../ports/logger";
import type {
  ActivityOutcome,
  ActivityWorkItem,
  OrchestrationCommit,
  OrchestrationWorkItem,
  StorageProvider,
} from "../ports/storage-provider";
import type { WorkMeter } from "../ports/work-meter";
import type { WorkTracer } from "../ports/work-tracer";
import type { CompletionSignals } from "./completion-signals";
import { EpisodeExecution, refusedEpisode } from "./episode-execution";
import { EpisodeTrace } from "./episode-trace";
import { ExecutionCache, type CachedExecution } from "./execution-cache";
import { isRefusal } from "./is-refusal";
import type { WorkProcessor } from "./work-processor";

export interface OrchestrationProcessorOptions {
  readonly provider: StorageProvider;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids: IdSource;
  readonly completions: CompletionSignals;
  readonly limits: EpisodeLimits;
  /** How many executions stay folded in memory between episodes. */
  readonly cachedExecutions: number;
  /** Absent: nothing is traced, or measured. */
  readonly tracer?: WorkTracer;
  readonly meter?: WorkMeter;
}

/** An activity's outcome on its way into an episode. */
export interface ArrivedOutcome {
  readonly item: ActivityWorkItem;
  readonly outcome: ActivityOutcome;
}

interface FinishedEpisode {
  readonly commit: OrchestrationCommit;
  readonly begun: BegunEpisode;
  /** Names the last episode that ran code. */
  readonly episode: number;
  readonly trace: EpisodeTrace | undefined;
}

/** Runs episodes: messages in, one commit out. */
export class OrchestrationProcessor implements WorkProcessor<OrchestrationWorkItem> {
  readonly kind = "orchestration";
  readonly #options: OrchestrationProcessorOptions;
  readonly #cache: ExecutionCache;
  readonly #execution: EpisodeExecution;
  /**
   * Commits whose answers are under way, by instance. A store that has freed an instance may hand it out again, to messages
   * that wait, before it answers the commit that freed it: what that leaves in memory is what the next episode goes on from,
   * or it would have to read, fold and replay the whole history.
   */
  readonly #saving = new Map<string, Promise<void>>();
  #episodes = 0;

  constructor(options: OrchestrationProcessorOptions) {
    this.#options = options;
    this.#cache = new ExecutionCache(options.cachedExecutions);
    this.#execution = new EpisodeExecution(options);
  }

  lock(max: number): Promise<readonly OrchestrationWorkItem[]> {
    return this.#options.provider.lockOrchestrations("orchestration", max);
  }

  readySince(item: OrchestrationWorkItem): number | undefined {
    return oldestMessageAt(item);
  }

  describe(item: OrchestrationWorkItem): string {
    return `orchestration '${item.instance.name}' with instance id '${item.instance.instanceId}'`;
  }

  /** `arrived`: outcomes that have come without a message, and are committed with the episode they cause. */
  async process(
    item: OrchestrationWorkItem,
    signal: AbortSignal,
    onExecuted: () => void,
    arrived: readonly ArrivedOutcome[] = [],
  ): Promise<void> {
    const { instanceId } = item.instance;
    try {
      await this.#saving.get(instanceId);
      const executed = await this.#episode(item, arrived, signal);
      onExecuted();
      await this.#saveInTurn(item, arrived, executed);
    } catch (error) {
      // Whatever the session has seen, the store has not.
      this.#options.executor.forget(instanceId);
      if (!isRefusal(error)) throw error;
      await this.#saveInTurn(item, arrived, await this.#episode(item, arrived, signal, error.message));
    }
  }

  async #saveInTurn(
    item: OrchestrationWorkItem,
    arrived: readonly ArrivedOutcome[],
    executed: FinishedEpisode,
  ): Promise<void> {
    const { instanceId } = item.instance;
    const saved = this.#save(item, arrived, executed);
    const settled = saved.catch(ignore).then(() => {
      if (this.#saving.get(instanceId) === settled) this.#saving.delete(instanceId);
    });
    this.#saving.set(instanceId, settled);
    await saved;
  }

  async #save(
    item: OrchestrationWorkItem,
    arrived: readonly ArrivedOutcome[],
    executed: FinishedEpisode,
  ): Promise<void> {
    const { commit } = executed;
    const endedActivities = arrived.map((each) => each.item);
    await this.#options.provider.commitOrchestration(
      item,
      arrived.length > 0 ? { ...commit, endedActivities } : commit,
    );
    this.#afterCommit(executed, item.instance);
  }

  /** From the messages to the commit. With a `refusal`, the instance fails for it, whatever its code has asked for. */
  async #episode(
    item: OrchestrationWorkItem,
    arrived: readonly ArrivedOutcome[],
    signal: AbortSignal,
    refusal?: string,
  ): Promise<FinishedEpisode> {
    const { clock, meter } = this.#options;
    const { instanceId, executionId } = item.instance;
    this.#execution.refuseUnread(item);
    const cached = this.#cache.take(instanceId, executionId, item.historyLength);
    const rewound = await this.#rewind(item);
    const history = rewound?.events ?? (cached ? [] : await this.#history(item));
    const stored = (rewound ? undefined : cached?.state) ?? foldHistory(history);
    const begun = beginEpisode(stored, executionId, messagesOf(item, arrived), clock.now(), rewound);
    const context: EpisodeContext = {
      instance: instanceAtBegin(item, begun),
      consumed: item.messages.map((message) => message.sequenceNumber),
      limits: this.#options.limits,
      now: clock.now(),
      newId: () => this.#options.ids.newId(),
      stampActivities: meter !== undefined,
    };
    const trace = this.#trace(begun, history, rewound ? undefined : cached);
    const { started } = begun.state;
    if (begun.visible.length === 0 || !started) {
      return { commit: finishWithoutCode(begun, context), begun, trace, episode: cached?.lastEpisode ?? 0 };
    }
    const episode = ++this.#episodes;
    const resumeAfter = rewound ? undefined : cached?.lastEpisode;
    const traceContext = trace?.contextOf(begun);
    const ready = { item, begun, started, episode, resumeAfter, traceContext };
    const executed =
      refusal === undefined ? await this.#execution.run(ready, signal) : refusedEpisode(started.name, refusal);
    const now = clock.now();
    const ending = { ...context, now, traceOf: trace?.contextsOf(begun, now) };
    if (executed.type === "held") return { commit: holdEpisode(begun, executed.reason, ending), begun, episode, trace };
    const left = unprocessedEvents(begun.visible, executed.result);
    if (left.size > 0) {
      const shorter = await this.#beginWithout(left, item, arrived, begun, rewound);
      const kept = item.messages.filter(({ event }) => !left.has(event)).map((message) => message.sequenceNumber);
      const commit = finishEpisode(shorter, started, executed.result, { ...ending, consumed: kept });
      const sentAgain = messagesOf({ ...item, messages: [] }, arrived).filter(({ event }) => left.has(event));
      const messages = [...commit.messages, ...sentAgain];
      return { commit: { ...commit, messages }, begun: shorter, episode, trace };
    }
    return { commit: finishEpisode(begun, started, executed.result, ending), begun, episode, trace };
  }

  /** Begins the episode again, as if these events had not come yet. */
  async #beginWithout(
    left: ReadonlySet<HistoryEvent>,
    item: OrchestrationWorkItem,
    arrived: readonly ArrivedOutcome[],
    { recorded }: BegunEpisode,
    rewound: RewoundHistory | undefined,
  ): Promise<BegunEpisode> {
    const { clock } = this.#options;
    const history = rewound?.events ?? (await this.#history(item));
    const messages = messagesOf(item, arrived).filter(({ event }) => !left.has(event));
    const now = recorded[0]?.timestamp ?? clock.now();
    const begun = beginEpisode(foldHistory(history), item.instance.executionId, messages, now, rewound);
    if (begun.recorded.length > 0) return begun;
    throw new Error("The code has answered without having come to any of the messages of its episode.");
  }

  /** Keeps what goes on, forgets what has ended, and tells who waits for that, or for the start. */
  #afterCommit({ commit, begun, episode, trace }: FinishedEpisode, before: InstanceState): void {
    const { instanceId } = before;
    const { executor, completions, clock, meter } = this.#options;
    const { instance } = commit;
    const { state } = begun;
    const ended = instance !== undefined && isTerminal(instance.runtimeStatus);
    if (instance && !ended && instance.executionId === state.started?.instance.executionId) {
      const { executionId } = instance;
      const scheduled = trace?.scheduled;
      const evicted = this.#cache.put(instanceId, { executionId, state, lastEpisode: episode, scheduled });
      if (evicted !== undefined) executor.forget(evicted);
    } else executor.forget(instanceId);
    trace?.saved(begun, commit, clock.now());
    if (before.runtimeStatus === "Pending" && instance && instance.runtimeStatus !== "Pending") {
      completions.emitStart(instance);
    }
    if (!ended || begun.recorded.length === 0 || begun.late) return;
    meter?.executionEnded(instance.runtimeStatus, state.historyLength);
    completions.emit(instance);
  }

  #trace(
    begun: BegunEpisode,
    history: readonly HistoryEvent[],
    cached: CachedExecution | undefined,
  ): EpisodeTrace | undefined {
    const { tracer } = this.#options;
    if (!tracer) return undefined;
    return new EpisodeTrace(tracer, begun.restarted ? [] : history, begun.restarted ? undefined : cached?.scheduled);
  }

  async #history(item: OrchestrationWorkItem): Promise<readonly HistoryEvent[]> {
    return item.historyLength === 0 ? [] : this.#options.provider.readHistory(item.instance.instanceId);
  }

  /**
   * The history a failed instance goes on from, if it is asked to (contract §6.5). One that is Pending and has a history was
   * rewound by another runtime, in the store they share: what had failed is taken out already, its children's too.
   */
  async #rewind({ instance, historyLength, messages }: OrchestrationWorkItem): Promise<RewoundHistory | undefined> {
    if (!messages.some(({ event }) => event.type === "ExecutionRewound")) return undefined;
    const isRewoundAlready = instance.runtimeStatus === "Pending" && historyLength > 0;
    if (instance.runtimeStatus !== "Failed" && !isRewoundAlready) return undefined;
    const { provider } = this.#options;
    const history = await provider.readHistory(instance.instanceId);
    if (isRewoundAlready) return { events: history, failedChildren: [] };
    const newExecutionId = this.#options.ids.newId();
    const rewound = rewindHistory(history);
    const gone = new Set<string>();
    for (const { instanceId } of rewound.failedChildren) {
      const child = await provider.getInstance(instanceId);
      if (child?.parentInstanceId !== instance.instanceId) gone.add(instanceId);
    }
    return { ...(gone.size === 0 ? rewound : rewindHistory(history, gone)), newExecutionId };
  }
}

/** When the oldest of the messages could have been taken in; undefined when there is none. */
export function oldestMessageAt({ messages }: OrchestrationWorkItem): number | undefined {
  const [first] = messages;
  return (
    first && Math.max(first.dueAt ?? 0, first.event.type === "TimerFired" ? first.event.fireAt : first.event.timestamp)
  );
}

function messagesOf(item: OrchestrationWorkItem, arrived: readonly ArrivedOutcome[]): readonly Message[] {
  if (arrived.length === 0) return item.messages;
  const { instanceId, executionId } = item.instance;
  return [...item.messages, ...arrived.map(({ outcome }) => ({ instanceId, executionId, event: outcome }))];
}

/** The instance as the episode finds it: without what an ended execution left behind. */
function instanceAtBegin(item: OrchestrationWorkItem, begun: BegunEpisode): OrchestrationWorkItem["instance"] {
  const { started } = begun.state;
  if (begun.restarted && started) return pendingInstance(item.instance.instanceId, seedOf(started));
  if (!begun.replaced) return item.instance;
  const { completedAt: _completedAt, failureDetails: _failureDetails, ...kept } = item.instance;
  const { executionId } = started?.instance ?? kept;
  return { ...kept, executionId, output: null };
}

function ignore(): void {}
