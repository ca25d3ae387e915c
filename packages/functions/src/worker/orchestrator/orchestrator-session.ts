import type { EpisodeResult, EventRaised, HistoryEvent, OrchestratorAction, SendEvent } from "@durable-host/engine";
import type { Invocation, Invoker } from "../invocation";
import type { FunctionCallback, RegisteredFunction } from "../registered-function";
import { ActionNumbering } from "./action-numbering";
import { completionOf, failed } from "./episode-outcome";
import type { EpisodeRequest } from "./episode-request";
import { toJson } from "./json";
import { orchestrationPayload, SCHEMA_VERSION } from "./orchestration-payload";
import { sdkContextOf, type SdkAction, type SdkOrchestrationContext } from "./sdk-executor";
import type { SessionObserver } from "./session-observer";
import { toWireEvent } from "./wire-history";
import { watchReplaying } from "./watch-replaying";

export interface SessionOptions {
  readonly invoker: Invoker;
  readonly function: RegisteredFunction;
  /** Makes the ids of entity requests. */
  readonly newGuid: () => string;
  /** Delay between polls of `callHttp` for answers that name none, in milliseconds (host.json `httpSettings`). */
  readonly httpPollMs: number;
  readonly observer?: SessionObserver;
}

/**
 * One execution of an orchestrator whose generator stays alive between episodes.
 *
 * It is fed events one at a time, past ones first, and reads off after each what the code asked for; so a replay and a
 * continuation are the same walk, and differ only in where they begin.
 *
 * S1 an event is fed at most once, and none after the code has ended;
 * S2 the code sees itself replaying for past events, and not for those of the episode being executed;
 * S3 code that was told it is not replaying may have kept that answer, which a replay would answer differently: its session
 *    is not continued;
 * S4 for an entity request sent in this session, the SDK is shown the EventSent that history will hold, so that the
 *    answer finds the task; for one sent earlier, history's own.
 */
export class OrchestratorSession {
  readonly executionId: string;
  /** The last episode executed; a continuation must name it. */
  lastEpisode = 0;
  readonly #options: SessionOptions;
  readonly #numbering: ActionNumbering;
  readonly #unconsumed: EventRaised[] = [];
  readonly #unsent = new Map<number, SendEvent>();
  #invocation: Invocation | undefined;
  #sdk: SdkOrchestrationContext | undefined;
  #actions: OrchestratorAction[] = [];
  #continueAsNew: Extract<SdkAction, { actionType: 4 }> | undefined;
  #lastState: unknown;
  #thrown: unknown;
  #toldLive = false;

  constructor(request: EpisodeRequest, options: SessionOptions) {
    this.executionId = request.executionId;
    this.#options = options;
    this.#numbering = new ActionNumbering({ instance: request, newGuid: options.newGuid }, options.httpPollMs);
  }

  /** Tells whether the next episode may go on where this one ended (S3). */
  get isContinuable(): boolean {
    return !this.#toldLive;
  }

  /** Executes an episode: the whole history in a new session, the new events in one that is continued. */
  async execute(request: EpisodeRequest): Promise<EpisodeResult> {
    const replayed = this.#invocation === undefined;
    this.#actions = [];
    try {
      this.#invocation ??= await this.#begin(request);
      const episode: FunctionCallback = (...args) => this.#episode(request, replayed, args);
      await this.#options.invoker.run(this.#invocation, episode, request);
    } catch (error) {
      this.#thrown ??= error;
    }
    this.lastEpisode = request.episode;
    return this.#result(request.name, replayed);
  }

  async #begin(request: EpisodeRequest): Promise<Invocation> {
    const { invoker, function: fn } = this.#options;
    const invocation = await invoker.begin(fn, {
      invocationId: request.invocationId ?? this.#options.newGuid(),
      inputData: [],
      triggerMetadata: { instanceId: { string: request.instanceId } },
      ...(request.traceContext && { traceContext: request.traceContext }),
    });
    watchReplaying(
      invocation.context,
      () => (this.#toldLive = true),
      () => {
        const df = sdkContextOf(invocation.context);
        if (df) this.#options.observer?.onContext(df);
      },
    );
    return invocation;
  }

  /** Runs in place of the registered handler, between the app's hooks, and returns what the handler would. */
  async #episode(request: EpisodeRequest, isNew: boolean, args: readonly unknown[]): Promise<unknown> {
    const past = isNew ? (request.pastEvents ?? []) : [];
    const events = [...past, ...request.newEvents];
    let next = 0;
    if (isNew) next = await this.#start(request, events, past.length, args);
    for (let index = next; index < events.length; index++) {
      const event = events[index];
      if (event && isReadBySdk(event)) await this.#feed(event, index < past.length);
    }
    await this.#showSentEvents();
    if (this.#thrown !== undefined) throw this.#thrown;
    return this.#lastState;
  }

  /** Calls the SDK's handler with the events up to ExecutionStarted; returns how many events that were. */
  async #start(
    request: EpisodeRequest,
    events: readonly HistoryEvent[],
    pastCount: number,
    args: readonly unknown[],
  ): Promise<number> {
    const count = events.findIndex((event) => event.type === "ExecutionStarted") + 1;
    const isPast = count <= pastCount;
    const history = events.slice(0, count).map((event) => toWireEvent(event, isPast));
    if (isPast) history.push(replayMark(events[0]));
    const context = args[1] ?? this.#invocation?.context ?? {};
    try {
      const payload = orchestrationPayload(request, history, isPast, this.#options.httpPollMs);
      this.#lastState = await this.#options.function.callback(payload, context);
    } catch (error) {
      this.#thrown = error;
    }
    this.#sdk = sdkContextOf(context);
    if (!this.#sdk) {
      throw (
        this.#thrown ?? new Error("its handler was not registered with durable-functions 3.x (df.app.orchestration).")
      );
    }
    this.#takeActions(this.#sdk);
    return count;
  }

  /** Shows one event to the SDK and numbers what the code asks for in answer. */
  async #feed(event: HistoryEvent, isPast: boolean): Promise<void> {
    const sdk = this.#sdk;
    if (!sdk || this.#thrown !== undefined || sdk.taskOrchestratorExecutor.isDoneExecuting()) {
      if (event.type === "EventRaised") this.#unconsumed.push(event);
      return;
    }
    if (event.type === "EventSent") this.#unsent.delete(event.eventId);
    const executor = sdk.taskOrchestratorExecutor;
    const effect = this.#numbering.beforeEvent(event, sdk.currentUtcDateTime.getTime());
    const { actions, lastAttempt, shown = event } = effect;
    this.#collect(actions);
    this.#options.observer?.onFollowUp(event, actions);
    if (lastAttempt !== undefined) endRetrying(executor.openTasks[lastAttempt]?.parent);
    await this.#execute(sdk, isPast ? [toWireEvent(shown, true), replayMark(event)] : [toWireEvent(shown, false)]);
    this.#takeActions(sdk);
  }

  async #execute(sdk: SdkOrchestrationContext, events: readonly object[]): Promise<void> {
    const executor = sdk.taskOrchestratorExecutor;
    const context = this.#invocation?.context ?? {};
    try {
      this.#lastState = await executor.execute(context, events, SCHEMA_VERSION, () => executor.generator);
    } catch (error) {
      this.#thrown = error;
    }
  }

  #takeActions(sdk: SdkOrchestrationContext): void {
    const executor = sdk.taskOrchestratorExecutor;
    const taken = executor.actions;
    if (taken.length === 0) return;
    executor.actions = [];
    this.#continueAsNew = taken.find((action) => action.actionType === 4) ?? this.#continueAsNew;
    const now = sdk.currentUtcDateTime.getTime();
    const { observer } = this.#options;
    if (!observer) return this.#collect(this.#numbering.takeActions(taken, now));
    for (const action of partsOf(taken)) {
      const asked = this.#numbering.takeActions([action], now);
      this.#collect(asked);
      observer.onAsked(action, asked);
    }
  }

  #collect(actions: readonly OrchestratorAction[]): void {
    for (const action of actions) {
      this.#actions.push(action);
      if (action.type === "SendEvent") this.#unsent.set(action.id, action);
    }
  }

  /** Invariant S4, first half: history will hold these events when the answers come. */
  async #showSentEvents(): Promise<void> {
    const sdk = this.#sdk;
    if (this.#unsent.size === 0 || !sdk || sdk.taskOrchestratorExecutor.isDoneExecuting()) return;
    const timestamp = sdk.currentUtcDateTime.getTime();
    const events = [...this.#unsent.values()].map(({ id, instanceId, name, input }) =>
      toWireEvent({ type: "EventSent", eventId: id, timestamp, instanceId, name, input }, true),
    );
    this.#unsent.clear();
    await this.#execute(sdk, events);
  }

  #result(name: string, replayed: boolean): EpisodeResult {
    const customStatus = this.#customStatus();
    const completion = this.#complete(name);
    return {
      // A poll has the id that was reserved for it earlier.
      actions: this.#actions.sort((a, b) => a.id - b.id),
      replayed,
      canceledTimers: this.#numbering.canceledTimers(),
      ...(customStatus === undefined ? {} : { customStatus }),
      ...(completion ? { completion } : {}),
      ...(this.#unconsumed.length > 0 ? { unconsumedEvents: [...this.#unconsumed] } : {}),
    };
  }

  /** A status that cannot be written fails the orchestration: rejecting the episode would have it tried for ever. */
  #customStatus(): string | undefined {
    const status = this.#sdk?.customStatus;
    try {
      return status ? (toJson(status) ?? undefined) : undefined;
    } catch (error) {
      this.#thrown ??= new Error(`its custom status cannot be written as JSON: ${String(error)}`);
      return undefined;
    }
  }

  #complete(name: string): EpisodeResult["completion"] {
    const executor = this.#sdk?.taskOrchestratorExecutor;
    if (!executor) return failed(name, this.#thrown, this.#thrown);
    try {
      return completionOf(name, executor, this.#continueAsNew, this.#thrown);
    } catch (error) {
      return failed(name, error, error);
    }
  }
}

/** Actions without those that only combine others, in the order in which they take their ids (invariant N3). */
function partsOf(actions: readonly SdkAction[]): readonly SdkAction[] {
  return actions.flatMap((action) => ("compoundActions" in action ? partsOf(action.compoundActions) : [action]));
}

/** Tells whether the SDK does something with an event (contract §1.2, column R); the rest need not be shown to it. */
function isReadBySdk({ type }: HistoryEvent): boolean {
  switch (type) {
    case "OrchestratorStarted":
    case "ExecutionStarted":
    case "TaskCompleted":
    case "TaskFailed":
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
    case "TimerFired":
    case "EventSent":
    case "EventRaised":
      return true;
    default:
      return false;
  }
}

/** After a past event: tells the SDK, which looks for the last OrchestratorStarted, that what came before is replayed. */
function replayMark(event: HistoryEvent | undefined): object {
  return toWireEvent({ type: "OrchestratorStarted", timestamp: event?.timestamp ?? 0 }, true);
}

/** Makes this failure a task's last: the SDK itself only counts attempts, and would wait for one that never comes. */
function endRetrying(task: { attemptNumber?: number } | undefined): void {
  if (task?.attemptNumber !== undefined) task.attemptNumber = Number.MAX_SAFE_INTEGER;
}
