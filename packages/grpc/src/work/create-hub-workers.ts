import { Listeners, type Clock, type FunctionKind, type IdSource, type Logger } from "@durable-host/engine";
import { batchFailure } from "../convert/entity-batch";
import { PartialResponse } from "../convert/partial-response";
import type { pb } from "../proto/messages";
import { ConnectedWorker } from "./connected-worker";
import type { HubWorkers, StreamEnd, WorkerIdentity, WorkerStream, WorkItemSink } from "./hub-workers";
import { MessageLimits, refusalText } from "./message-limits";
import { OrchestrationItem } from "./orchestration-item";
import { activityAddress, RemoteExecutor, type Desks } from "./remote-executor";
import type { Delivery } from "./remote-item";
import { WorkDesk } from "./work-desk";

const KINDS: readonly FunctionKind[] = ["orchestration", "activity", "entity"];

export interface HubWorkersOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** The version of an orchestration; undefined: there is none. For activities that have none of their own. */
  readonly versionOf: (instanceId: string) => Promise<string | undefined>;
}

/** The workers of one hub; none are connected yet. */
export function createHubWorkers(options: HubWorkersOptions): HubWorkers {
  return new RemoteWorkers(options);
}

class RemoteWorkers implements HubWorkers {
  readonly executor: RemoteExecutor;
  readonly #options: HubWorkersOptions;
  readonly #workers = new Set<ConnectedWorker>();
  readonly #desks: Desks;
  readonly #grown: Listeners<FunctionKind>;
  readonly #limits = new MessageLimits();
  readonly #parts = new WeakMap<Delivery<pb.OrchestratorResponse>, PartialResponse>();
  #closed = false;

  constructor(options: HubWorkersOptions) {
    const { clock, ids, logger, versionOf } = options;
    this.#options = options;
    const workers = this.#workers;
    const shared = { workers, clock, ids, logger, limits: this.#limits };
    this.#desks = {
      orchestration: new WorkDesk({ ...shared, kind: "orchestration" }),
      activity: new WorkDesk({ ...shared, kind: "activity" }),
      entity: new WorkDesk({ ...shared, kind: "entity" }),
    };
    this.#grown = new Listeners(logger, "the capacity of connected workers");
    this.executor = new RemoteExecutor({ desks: this.#desks, workers, clock, ids, versionOf, grown: this.#grown });
  }

  connect(request: pb.GetWorkItemsRequest, identity: WorkerIdentity, sink: WorkItemSink): WorkerStream {
    const { clock, logger } = this.#options;
    const worker = new ConnectedWorker(request, identity, sink, clock);
    if (this.#closed) {
      worker.close();
      return { ended: () => undefined };
    }
    this.#workers.add(worker);
    const who = `Worker '${identity.workerId}'${identity.userAgent === "" ? "" : ` (${identity.userAgent})`}`;
    logger.info(`${who} has connected.`, { ...identity });
    this.#isBack(identity.workerId);
    for (const desk of Object.values(this.#desks)) desk.deliverNext();
    for (const kind of KINDS) this.#grown.call(kind);
    return {
      ended: (how) => {
        if (this.#workers.has(worker)) logger.info(`${who} has gone: its stream was ${how}.`, { ...identity });
        this.#ended(worker, how);
      },
    };
  }

  completeOrchestration(response: pb.OrchestratorResponse): boolean {
    const desk = this.#desks.orchestration;
    const token = response.getCompletiontoken();
    const address = response.getInstanceid();
    const delivery = desk.find(token, address);
    if (!delivery?.entry) return desk.answer(token, address, response);
    if (response.getIspartial()) {
      this.#partsOf(delivery).add(response);
      return true;
    }
    if (response.getRequireshistory()) {
      if (delivery.entry.item instanceof OrchestrationItem) delivery.entry.item.sendHistoryAlong();
      desk.redeliver(delivery);
      return true;
    }
    const parts = this.#parts.get(delivery);
    return desk.answer(delivery.token, address, parts ? parts.join(response) : response);
  }

  completeActivity(response: pb.ActivityResponse): boolean {
    const address = activityAddress(response.getInstanceid(), response.getTaskid());
    return this.#desks.activity.answer(response.getCompletiontoken(), address, response);
  }

  completeEntity(result: pb.EntityBatchResult): boolean {
    const desk = this.#desks.entity;
    const token = result.getCompletiontoken();
    const failure = batchFailure(result);
    if (failure === undefined) return desk.answer(token, "", result);
    const { entry, worker } = desk.find(token, "") ?? {};
    const abandoned = desk.abandon(token);
    if (entry && worker) {
      const { logger } = this.#options;
      logger.warn(
        `Worker '${worker.workerId}' could not execute the operations of entity '${entry.item.address}', which are tried again later: ${failure}`,
      );
    }
    return abandoned;
  }

  abandon(completionToken: string): boolean {
    if (completionToken === "") return false;
    return Object.values(this.#desks).some((desk) => desk.abandon(completionToken));
  }

  streamedHistory(instanceId: string, executionId: string): readonly pb.HistoryChunk[] | undefined {
    const item = this.#desks.orchestration.itemAt(instanceId);
    if (!(item instanceof OrchestrationItem)) return undefined;
    if (executionId !== "" && item.executionId !== executionId) return undefined;
    return item.historyChunks();
  }

  describe(): ReturnType<HubWorkers["describe"]> {
    return [...this.#workers].map((worker) => worker.describe());
  }

  close(): void {
    this.#closed = true;
    for (const worker of this.#workers) {
      worker.close();
      // The server is about to go: what its workers have must not be handed to others once more.
      this.#ended(worker, "cancelled");
    }
  }

  #ended(worker: ConnectedWorker, how: StreamEnd): void {
    this.#workers.delete(worker);
    worker.ended();
    for (const desk of Object.values(this.#desks)) desk.workerEnded(worker, how);
    // Its new stream may be known of before the end of the old one.
    if ([...this.#workers].some(({ workerId }) => workerId === worker.workerId)) this.#isBack(worker.workerId);
  }

  #isBack(workerId: string): void {
    const refusals = this.#limits.workerBack(workerId);
    if (!refusals) return;
    this.#options.logger.warn(refusalText(workerId, refusals));
    for (const desk of Object.values(this.#desks)) desk.workerBack(workerId);
  }

  #partsOf(delivery: Delivery<pb.OrchestratorResponse>): PartialResponse {
    const known = this.#parts.get(delivery);
    if (known) return known;
    const parts = new PartialResponse();
    this.#parts.set(delivery, parts);
    return parts;
  }
}
