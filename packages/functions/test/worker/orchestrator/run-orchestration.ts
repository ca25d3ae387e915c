import type { EpisodeResult, HistoryEvent, Inspection, OrchestratorAction } from "@durable-host/engine";
import type { Invoker } from "../../../src/worker/invocation";
import type { RegisteredFunction } from "../../../src/worker/registered-function";
import {
  createOrchestratorSessions,
  type OrchestratorSessions,
  type SessionMode,
} from "../../../src/worker/orchestrator/sessions";

// The SDK exports its handler factory to applications only through registration with a running host.
const { createOrchestrator } = require("durable-functions/lib/src/util/testingUtils") as {
  readonly createOrchestrator: (
    fn: (context: TestContext) => Generator<unknown, unknown, never>,
  ) => (...args: unknown[]) => unknown;
};

export interface TestContext {
  // oxlint-disable-next-line typescript/no-explicit-any -- orchestrators under test use the SDK's whole surface
  readonly df: any;
}

const passThrough: Invoker = {
  begin: async (fn, request) => ({ request, function: fn, context: {}, inputs: [undefined] }),
  run: async (invocation, callback = invocation.function.callback) =>
    callback(invocation.inputs[0], invocation.context),
  respond: async () => ({ outputData: [] }),
};

const EPOCH = Date.UTC(2030, 0, 1);

/** Drives one execution of an orchestrator as the engine would, keeping its history. Time is counted in milliseconds from 0. */
export class TestOrchestration {
  readonly history: HistoryEvent[] = [];
  readonly #sessions: OrchestratorSessions;
  #episode = 0;
  readonly #recorded = new Set<number>();
  time = 0;

  constructor(
    orchestrator: (context: TestContext) => Generator<unknown, unknown, never>,
    readonly options: {
      readonly input?: string | null;
      readonly mode?: SessionMode;
      readonly httpPollMs?: number;
    } = {},
  ) {
    const fn: RegisteredFunction = {
      name: "testOrchestrator",
      callback: createOrchestrator(orchestrator),
      bindings: {},
      scriptFile: "test.js",
    };
    this.#sessions = createOrchestratorSessions({
      invoker: passThrough,
      findFunction: () => fn,
      ...(options.mode ? { mode: options.mode } : {}),
      ...(options.httpPollMs ? { httpPollMs: options.httpPollMs } : {}),
    });
  }

  get now(): number {
    return EPOCH + this.time;
  }

  /** The first episode. */
  start(): Promise<EpisodeResult> {
    return this.deliver({
      type: "ExecutionStarted",
      timestamp: this.now,
      name: "testOrchestrator",
      version: "",
      input: this.options.input ?? null,
      instance: { instanceId: "i1", executionId: "e1" },
    });
  }

  /** One episode with these messages; what the code asks for goes to history. */
  async deliver(...messages: HistoryEvent[]): Promise<EpisodeResult> {
    const past = [...this.history];
    const newEvents: HistoryEvent[] = [{ type: "OrchestratorStarted", timestamp: this.now }, ...messages];
    const request = {
      instanceId: "i1",
      executionId: "e1",
      name: "testOrchestrator",
      version: "",
      input: this.options.input ?? null,
      episode: this.#episode + 1,
      newEvents,
      ...(this.#episode > 0 ? { resumeAfter: this.#episode } : {}),
    };
    this.#episode++;
    let answer = await this.#sessions.run(request);
    if (answer.type === "historyNeeded") answer = await this.#sessions.run({ ...request, pastEvents: past });
    if (answer.type !== "result") throw new Error("the session asked for history twice");
    this.history.push(...newEvents);
    for (const action of answer.result.actions) {
      if (this.#recorded.has(action.id)) continue;
      this.#recorded.add(action.id);
      this.history.push(eventOf(action, this.now));
    }
    this.history.push({ type: "OrchestratorCompleted", timestamp: this.now });
    return answer.result;
  }

  /** What a replay of the whole history finds out, without a new event. */
  inspect(): Promise<Inspection> {
    return this.#sessions.inspect({
      instanceId: "i1",
      executionId: "e1",
      name: "testOrchestrator",
      version: "",
      input: this.options.input ?? null,
      episode: this.#episode + 1,
      newEvents: [],
      pastEvents: [...this.history],
    });
  }

  /** Makes the next episode a cold start. */
  loseSession(): void {
    this.#sessions.forget("i1");
  }

  completed(taskScheduledId: number, value: unknown): HistoryEvent {
    return { type: "TaskCompleted", timestamp: this.now, taskScheduledId, result: JSON.stringify(value) ?? null };
  }

  failed(taskScheduledId: number, reason: string): HistoryEvent {
    return { type: "TaskFailed", timestamp: this.now, taskScheduledId, reason, details: "" };
  }

  fired(timerId: number): HistoryEvent {
    return { type: "TimerFired", timestamp: this.now, timerId, fireAt: this.now };
  }

  raised(name: string, value: unknown): HistoryEvent {
    return { type: "EventRaised", timestamp: this.now, name, input: JSON.stringify(value) };
  }
}

function eventOf(action: OrchestratorAction, timestamp: number): HistoryEvent {
  switch (action.type) {
    case "ScheduleActivity":
      return { type: "TaskScheduled", timestamp, eventId: action.id, name: action.name, input: null };
    case "CreateTimer":
      return { type: "TimerCreated", timestamp, eventId: action.id, fireAt: action.fireAt };
    case "CreateSubOrchestration":
      return {
        type: "SubOrchestrationCreated",
        timestamp,
        eventId: action.id,
        name: action.name,
        instanceId: action.instanceId ?? `e1:${action.id}`,
        input: null,
      };
    case "SendEvent": {
      const { id, instanceId, name, input } = action;
      return { type: "EventSent", timestamp, eventId: id, instanceId, name, input };
    }
    case "TerminateOrchestration":
      throw new Error("The SDK for Functions has no such action.");
  }
}
