import {
  entityInstanceId,
  type ActivityResult,
  type ActivityTask,
  type Clock,
  type EntityBatch,
  type EntityBatchResult,
  type Episode,
  type EpisodeResult,
  type Executor,
  type FunctionKind,
  type IdSource,
  type Listeners,
} from "@durable-host/engine";
import { activityFromProto, activityToProto } from "../convert/activity";
import { entityBatchToProto, entityResultFromProto, fittingBatch } from "../convert/entity-batch";
import { episodeResultFromProto } from "../convert/episode";
import { unsentActivity, unsentBatch } from "../convert/unsent";
import { pb } from "../proto/messages";
import { AbortCalls } from "./abort-calls";
import type { ConnectedWorker } from "./connected-worker";
import { KnownHistories } from "./known-histories";
import { USUAL_LIMIT_BYTES } from "./message-limits";
import { OrchestrationItem } from "./orchestration-item";
import type { RemoteItem } from "./remote-item";
import type { WorkDesk } from "./work-desk";
import { asksForVersion } from "./worker-filters";

/** An entity batch is cut to this size, which leaves room for what is around operations and state. */
const FITTING_BYTES = USUAL_LIMIT_BYTES - 64 * 1024;

export interface Desks {
  readonly orchestration: WorkDesk<pb.OrchestratorResponse>;
  readonly activity: WorkDesk<pb.ActivityResponse>;
  readonly entity: WorkDesk<pb.EntityBatchResult>;
}

export interface RemoteExecutorOptions {
  readonly desks: Desks;
  readonly workers: ReadonlySet<ConnectedWorker>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Emitted when the workers take more of a kind than before. */
  readonly grown: Listeners<FunctionKind>;
  readonly versionOf: (instanceId: string) => Promise<string | undefined>;
}

/** Where a worker's answer to an activity belongs that names it by instance and task only. */
export function activityAddress(instanceId: string, taskId: number): string {
  return `${instanceId}|${taskId}`;
}

/** Has the work of a hub done by connected workers. What they have registered is not known: everything may be theirs. */
export class RemoteExecutor implements Executor {
  readonly #options: RemoteExecutorOptions;
  readonly #aborts = new AbortCalls();
  readonly #histories = new KnownHistories();

  constructor(options: RemoteExecutorOptions) {
    this.#options = options;
  }

  async executeOrchestration(episode: Episode, signal: AbortSignal): Promise<EpisodeResult> {
    const { desks } = this.#options;
    const events = await this.#histories.eventsOf(episode);
    const response = await this.#ask(
      desks.orchestration,
      signal,
      (outcome) => new OrchestrationItem(episode, events, outcome),
    );
    return episodeResultFromProto(response, episode);
  }

  async executeActivity(task: ActivityTask, signal: AbortSignal): Promise<ActivityResult> {
    const request = activityToProto(task);
    const version = await this.#versionFor(task);
    const response = await this.#ask(this.#options.desks.activity, signal, (outcome) => ({
      ...outcome,
      name: task.name,
      version,
      address: activityAddress(task.instanceId, task.taskId),
      what: `activity '${task.name}' of instance '${task.instanceId}'`,
      unsent: unsentActivity,
      message: () => new pb.WorkItem().setActivityrequest(request),
    }));
    return activityFromProto(response);
  }

  async executeEntity(batch: EntityBatch, signal: AbortSignal): Promise<EntityBatchResult> {
    const { desks, ids, clock } = this.#options;
    const request = entityBatchToProto(fittingBatch(batch, FITTING_BYTES), ids, clock.now());
    const address = entityInstanceId(batch.entity);
    const response = await this.#ask(desks.entity, signal, (outcome) => ({
      ...outcome,
      name: batch.entity.name,
      version: "",
      address,
      what: `operations of entity '${address}', with its state`,
      unsent: (failure) => unsentBatch(request, failure),
      message: () => new pb.WorkItem().setEntityrequestv2(request),
    }));
    return entityResultFromProto(response);
  }

  forget(instanceId: string): void {
    this.#histories.forget(instanceId);
  }

  knows(): boolean {
    return true;
  }

  names(): readonly string[] {
    return [];
  }

  capacity(kind: FunctionKind): number {
    let sum = 0;
    for (const worker of this.#options.workers) sum += worker.capacity(kind);
    return sum;
  }

  onCapacity(listener: (kind: FunctionKind) => void): () => void {
    return this.#options.grown.add(listener);
  }

  /** An activity without a version goes where its orchestration's is taken (contract §3.6); looked up only where that matters. */
  async #versionFor({ name, version, instanceId }: ActivityTask): Promise<string> {
    if (version) return version;
    const matters = [...this.#options.workers].some(({ filters }) => asksForVersion(filters, name));
    return matters ? ((await this.#options.versionOf(instanceId)) ?? "") : "";
  }

  /** Resolves with a worker's answer; rejects when the work item is given back, or `signal` says that nobody waits any more. */
  async #ask<Response>(
    desk: WorkDesk<Response>,
    signal: AbortSignal,
    item: (outcome: Outcome<Response>) => RemoteItem<Response>,
  ): Promise<Response> {
    let giveUp: (() => void) | undefined;
    const endAborts = this.#aborts.add(signal, () => giveUp?.());
    try {
      return await new Promise((answered, failed) => {
        giveUp = desk.offer(item({ answered, failed }));
        if (signal.aborted) giveUp();
      });
    } finally {
      endAborts();
    }
  }
}

type Outcome<Response> = Pick<RemoteItem<Response>, "answered" | "failed">;
