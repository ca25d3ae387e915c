import { randomUUID } from "node:crypto";
import {
  systemClock,
  type ActivityResult,
  type ActivityTask,
  type Cancellation,
  type Episode,
  type EpisodeResult,
  type Executor,
  type Inspection,
} from "@durable-host/engine";
import { withCallHttp } from "../call-http/call-http-executor";
import { indexFunctions, withoutGrpc, type FunctionIndex } from "../pool/function-index";
import { unlessAborted } from "../pool/unless-aborted";
import type { LogEntry } from "../wire/messages";
import { ActivitySignal } from "../worker/activity-signal";
import { FunctionRunner } from "../worker/function-runner";
import { createInvoker } from "../worker/invoker";
import {
  createOrchestratorSessions,
  type OrchestratorSessions,
  type SessionMode,
} from "../worker/orchestrator/sessions";
import { runActivity } from "../worker/run-activity";
import { runEntity } from "../worker/run-entity";
import { WorkerLog } from "../worker/worker-log";
import { answerHttp, type HttpAnswerer } from "./answer-http";
import type { ActivityReplacement, AppRegistrations } from "./app-registrations";

export interface InProcessExecutorOptions {
  readonly app: AppRegistrations;
  /** Code that takes the place of activities, by name. */
  readonly activities?: Readonly<Record<string, ActivityReplacement>>;
  /** How orchestrators are executed; default `resident`. */
  readonly mode?: SessionMode;
  /** Answers the requests of `callHttp`; absent: they are sent. */
  readonly callHttp?: HttpAnswerer;
  /** Told of what the app logs. The second executions of `verify` are not heard. */
  readonly onLog?: (entry: LogEntry) => void;
}

/** An executor with the app in this very process. */
export interface InProcessExecutor extends Executor {
  readonly functions: FunctionIndex;
  /** What runs any function of the app, with this value in its durable client bindings. */
  runnerFor(durableClientInput: object): FunctionRunner;
}

/** Values for output bindings go nowhere: what would deliver them is not in this process. */
const dropOutputs = (): void => undefined;

/**
 * Runs orchestrators, activities and entities of an app that was imported into this process, through the same pipeline as an
 * app worker: hooks, exception properties, logging, resident sessions. For tests; nothing isolates the host from the app here.
 */
export function createInProcessExecutor(options: InProcessExecutorOptions): InProcessExecutor {
  const { app, mode = "resident", callHttp, onLog = () => undefined } = options;
  const registry = app.registry(process.cwd(), options.activities);
  const { functions: reports, rejected } = registry.lock();
  const functions = withoutGrpc(indexFunctions(reports, rejected, { settings: process.env }));
  const { core, hooks } = app;
  const invoker = createInvoker({ core, hooks, log: new WorkerLog(onLog, hooks) });
  const unheard = createInvoker({ core, hooks, log: new WorkerLog(() => undefined, hooks) });
  const runnerFor = (durableClientInput: object) =>
    new FunctionRunner({ registry, invoker, durableClientInput: JSON.stringify(durableClientInput) });
  const findFunction = (name: string) => registry.find(name);
  const sessions = createOrchestratorSessions({ invoker, comparingInvoker: unheard, findFunction, mode });
  const executor = appExecutor(functions, runnerFor({}), sessions);
  const withHttp = callHttp ? answerHttp(executor, callHttp) : withCallHttp(executor, { clock: systemClock });
  return { ...withHttp, functions, runnerFor };
}

function appExecutor(functions: FunctionIndex, runner: FunctionRunner, sessions: OrchestratorSessions): Executor {
  return {
    executeOrchestration: (episode, signal) => unlessAborted(signal, () => runEpisode(sessions, episode)),
    inspectOrchestration: (episode) => inspect(sessions, episode),
    executeActivity: (task, signal, cancellation) => unlessAborted(signal, () => runTask(runner, task, cancellation)),
    executeEntity: (batch, signal) =>
      unlessAborted(signal, () => runEntity(runner, { invocationId: randomUUID(), batch }, dropOutputs)),
    forget: (instanceId) => sessions.forget(instanceId),
    knows: (kind, name) => functions.knows(kind, name),
    names: (kind) => functions.names(kind),
  };
}

function runTask(runner: FunctionRunner, task: ActivityTask, cancellation?: Cancellation): Promise<ActivityResult> {
  const signal = new ActivitySignal();
  cancellation?.onCancel((reason) => signal.cancel(reason));
  return runActivity(runner, { invocationId: randomUUID(), task }, dropOutputs, signal);
}

async function runEpisode(sessions: OrchestratorSessions, episode: Episode): Promise<EpisodeResult> {
  const { loadPastEvents, ...rest } = episode;
  const request = { ...rest, invocationId: randomUUID() };
  let answer = await sessions.run(request);
  if (answer.type === "historyNeeded") {
    answer = await sessions.run({ ...request, pastEvents: await loadPastEvents() });
  }
  if (answer.type === "historyNeeded") throw new Error("The session asked for the history it had been given.");
  return answer.result;
}

async function inspect(sessions: OrchestratorSessions, episode: Episode): Promise<Inspection> {
  const { loadPastEvents, ...rest } = episode;
  return sessions.inspect({ ...rest, pastEvents: await loadPastEvents() });
}
