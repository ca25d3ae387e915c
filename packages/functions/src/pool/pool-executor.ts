import { randomUUID } from "node:crypto";
import {
  entityInstanceId,
  type ActivityResult,
  type ActivityTask,
  type Cancellation,
  type EntityBatch,
  type EntityBatchResult,
  type Episode,
  type EpisodeResult,
  type Executor,
  type FunctionKind,
  type Inspection,
  type TraceContext,
} from "@durable-host/engine";
import { propertiesOf } from "../bindings/binding-data";
import { InputError, type FunctionBindings } from "../bindings/function-bindings";
import type { EpisodeRequest } from "../worker/orchestrator/episode-request";
import type { DurablePayloadCodec } from "./durable-payload-codec";
import type { FunctionIndex } from "./function-index";
import { GrpcFunctions } from "./grpc-functions";
import type { InvocationEvents, InvocationOutcome } from "./invocation-events";
import { FunctionTimeoutError, OutputError } from "./pending-calls";
import { Residences } from "./residences";
import { unlessAborted } from "./unless-aborted";
import type { WorkerPool } from "./worker-pool";

export interface PoolExecutorOptions {
  readonly pool: WorkerPool;
  readonly index: FunctionIndex;
  readonly events: InvocationEvents;
  /** Bindings of the functions beside their triggers; absent: they have none. */
  readonly bindings?: FunctionBindings;
  /** For functions of `durable-functions` v4; absent: the app has none. */
  readonly codec?: DurablePayloadCodec | undefined;
}

/** Runs orchestrations, activities and entities in the app workers (engine port `Executor`). */
export class PoolExecutor implements Executor {
  readonly #options: PoolExecutorOptions;
  readonly #residences = new Residences();
  readonly #grpc: GrpcFunctions | undefined;

  constructor(options: PoolExecutorOptions) {
    this.#options = options;
    const { pool, bindings, codec } = options;
    this.#grpc = codec && new GrpcFunctions({ pool, bindings, codec });
  }

  async executeOrchestration(episode: Episode, signal: AbortSignal): Promise<EpisodeResult> {
    const { events } = this.#options;
    const invocationId = randomUUID();
    const grpc = this.#grpcFor(episode.name);
    const run = (traceContext?: TraceContext): Promise<EpisodeResult> =>
      unlessAborted(signal, () => {
        const traced = { ...episode, traceContext };
        return grpc ? grpc.runEpisode(traced, invocationId, signal) : this.#runEpisode(traced, invocationId, signal);
      });
    const { instanceId, traceContext: parent } = episode;
    const details = { trigger: "orchestrationTrigger", instanceId, parent };
    return events.around(episode.name, invocationId, "", run, episodeOutcome, details);
  }

  async inspectOrchestration(episode: Episode, signal: AbortSignal): Promise<Inspection> {
    // Its library keeps what the code waits for to itself.
    if (this.#grpcFor(episode.name)) return { tasks: [] };
    const { loadPastEvents, resumeAfter: _resumeAfter, traceContext: _traceContext, ...rest } = episode;
    const request: EpisodeRequest = { ...rest, pastEvents: await loadPastEvents() };
    return unlessAborted(signal, () => this.#options.pool.call("inspection", episode.name, request));
  }

  async executeActivity(task: ActivityTask, signal: AbortSignal, cancellation?: Cancellation): Promise<ActivityResult> {
    const { events } = this.#options;
    const { name, instanceId, traceContext: parent } = task;
    const invocationId = randomUUID();
    const run = (traceContext = parent): Promise<ActivityResult> =>
      unlessAborted(signal, () => this.#runActivity({ ...task, traceContext }, invocationId, cancellation));
    const details = { trigger: "activityTrigger", instanceId, parent };
    try {
      return await events.around(name, invocationId, "", run, activityOutcome, details);
    } catch (error) {
      if (!isFailureOfTheFunction(error)) throw error;
      return { type: "Failed", reason: `Activity function '${name}' failed: ${error.message}`, details: error.message };
    }
  }

  async executeEntity(batch: EntityBatch, signal: AbortSignal): Promise<EntityBatchResult> {
    const { pool, events, bindings } = this.#options;
    const { name } = batch.entity;
    const grpc = this.#grpcFor(name);
    const { traceContexts: [parent, ...links] = [], ...rest } = batch;
    const invocationId = randomUUID();
    const run = (traceContext?: TraceContext): Promise<EntityBatchResult> =>
      unlessAborted(signal, async () => {
        if (grpc) return grpc.runBatch(batch, invocationId, traceContext);
        const call = await bindings?.prepare(name, () => ({}));
        return pool.call("entity", name, { function: name, invocationId, batch: rest, traceContext }, call);
      });
    const details = { trigger: "entityTrigger", instanceId: entityInstanceId(batch.entity), parent, links };
    try {
      return await events.around(name, invocationId, "", run, undefined, details);
    } catch (error) {
      if (!isFailureOfTheFunction(error)) throw error;
      return failAll(batch, error.message);
    }
  }

  forget(instanceId: string): void {
    this.#residences.forget(instanceId);
  }

  knows(kind: FunctionKind, name: string): boolean {
    return this.#options.index.knows(kind, name);
  }

  names(kind: FunctionKind): readonly string[] {
    return this.#options.index.names(kind);
  }

  #grpcFor(name: string): GrpcFunctions | undefined {
    return this.#grpc && this.#options.index.requiresGrpc(name) ? this.#grpc : undefined;
  }

  #runActivity(task: ActivityTask, invocationId: string, cancellation?: Cancellation): Promise<ActivityResult> {
    const { pool, bindings } = this.#options;
    const { name, input, instanceId } = task;
    const request = { function: name, invocationId, task };
    const preparing = bindings?.prepare(name, () => ({ ...propertiesOf(input), data: input, instanceId }));
    if (preparing === undefined) return pool.call("activity", name, request, { cancellation });
    return preparing.then(({ inputs, deliver }) =>
      pool.call("activity", name, { ...request, inputs }, { cancellation, deliver }),
    );
  }

  /** An instance is continued where it is resident. Elsewhere nothing can be: its past goes along at once. */
  async #runEpisode(episode: Episode, invocationId: string, signal: AbortSignal): Promise<EpisodeResult> {
    const { loadPastEvents, ...given } = episode;
    const rest = { ...given, invocationId };
    const resident = episode.resumeAfter === undefined ? undefined : this.#residences.of(episode.instanceId);
    const worker = resident ?? (await this.#options.pool.take());
    this.#residences.settle(episode.instanceId, worker);
    const request: EpisodeRequest = resident ? rest : { ...rest, pastEvents: await loadPastEvents() };
    signal.throwIfAborted();
    let answer = await worker.call("episode", episode.name, request);
    if (answer.type === "historyNeeded") {
      const pastEvents = await loadPastEvents();
      signal.throwIfAborted();
      answer = await worker.call("episode", episode.name, { ...rest, pastEvents });
    }
    if (answer.type === "historyNeeded") throw new Error("The app worker asked for the history it had been given.");
    return answer.result;
  }
}

/** Failures around a function that count as its own. */
function isFailureOfTheFunction(error: unknown): error is Error {
  return error instanceof FunctionTimeoutError || error instanceof OutputError || error instanceof InputError;
}

function episodeOutcome({ completion }: EpisodeResult): InvocationOutcome {
  if (!completion) return {};
  const runtimeStatus = completion.type;
  return completion.type === "Failed" ? { error: completion.output, runtimeStatus } : { runtimeStatus };
}

function activityOutcome(result: ActivityResult): InvocationOutcome {
  return result.type === "Failed" ? { error: result.reason, stack: result.details } : {};
}

/** Every operation of the batch fails; the entity stays as it was. */
function failAll(batch: EntityBatch, message: string): EntityBatchResult {
  return {
    results: batch.operations.map(() => ({ isError: true, result: JSON.stringify(message) })),
    signals: [],
    exists: batch.exists,
    state: batch.state,
  };
}
