import type { Clock, FunctionKind } from "@durable-host/engine";
import { pb } from "../proto/messages";
import type { WorkerDescription, WorkerFilters } from "./hub-workers";
import type { WorkerIdentity, WorkItemSink } from "./work-item-sink";
import { filtersFromProto, isTaken, takesKind } from "./worker-filters";

/** How many work items of a kind a worker gets at a time that does not say how many it wants (contract §3.1). */
const DEFAULT_LIMIT = 100;

/** After such a silence a worker is told that its stream lives: some give it up after two minutes (contract §3.3). */
const PING_AFTER_MS = 20_000;

type Counts = Record<FunctionKind, number>;

/** A worker with its stream: what it takes, what it has. */
export class ConnectedWorker {
  readonly #identity: WorkerIdentity;
  readonly #sink: WorkItemSink;
  readonly #clock: Clock;
  readonly #filters: WorkerFilters | undefined;
  readonly #limits: Counts;
  readonly #inFlight: Counts = { orchestration: 0, activity: 0, entity: 0 };
  readonly #connectedAt: number;
  #sentAt: number;
  #cancelPing: (() => void) | undefined;
  /** It has asked for histories that are long in parts of their own. */
  readonly streamsHistory: boolean;

  constructor(request: pb.GetWorkItemsRequest, identity: WorkerIdentity, sink: WorkItemSink, clock: Clock) {
    this.#identity = identity;
    this.#sink = sink;
    this.#clock = clock;
    this.#filters = filtersFromProto(request.getWorkitemfilters());
    this.#limits = {
      orchestration: request.getMaxconcurrentorchestrationworkitems() || DEFAULT_LIMIT,
      activity: request.getMaxconcurrentactivityworkitems() || DEFAULT_LIMIT,
      entity: request.getMaxconcurrententityworkitems() || DEFAULT_LIMIT,
    };
    this.streamsHistory = request
      .getCapabilitiesList()
      .includes(pb.WorkerCapability.WORKER_CAPABILITY_HISTORY_STREAMING);
    this.#connectedAt = clock.now();
    this.#sentAt = this.#connectedAt;
    this.#schedulePing();
  }

  get workerId(): string {
    return this.#identity.workerId;
  }

  get filters(): WorkerFilters | undefined {
    return this.#filters;
  }

  /** How many work items of a kind it takes at a time. */
  capacity(kind: FunctionKind): number {
    return takesKind(this.#filters, kind) ? this.#limits[kind] : 0;
  }

  /** Whether it takes such work, if not now. */
  takes(kind: FunctionKind, name: string, version: string): boolean {
    return isTaken(this.#filters, kind, name, version);
  }

  inFlight(kind: FunctionKind): number {
    return this.#inFlight[kind];
  }

  hasRoom(kind: FunctionKind): boolean {
    return this.#inFlight[kind] < this.#limits[kind];
  }

  /** Sends a work item; it has one more until `release`. */
  deliver(kind: FunctionKind, item: pb.WorkItem): void {
    this.#inFlight[kind]++;
    this.#send(item);
  }

  /** It has answered, or given back, a work item of this kind. */
  release(kind: FunctionKind): void {
    this.#inFlight[kind]--;
  }

  /** Its stream has ended. */
  ended(): void {
    this.#cancelPing?.();
  }

  close(): void {
    this.ended();
    this.#sink.close();
  }

  describe(): WorkerDescription {
    return {
      ...this.#identity,
      connectedAt: this.#connectedAt,
      inFlight: counts(this.#inFlight),
      limits: counts(this.#limits),
      ...(this.#filters ? { filters: this.#filters } : {}),
    };
  }

  #send(item: pb.WorkItem): void {
    this.#sentAt = this.#clock.now();
    this.#sink.send(item);
  }

  #schedulePing(): void {
    const silence = this.#clock.now() - this.#sentAt;
    this.#cancelPing = this.#clock.schedule(PING_AFTER_MS - silence, () => {
      if (this.#clock.now() - this.#sentAt >= PING_AFTER_MS) {
        this.#send(new pb.WorkItem().setHealthping(new pb.HealthPing()));
      }
      this.#schedulePing();
    });
  }
}

function counts({ orchestration, activity, entity }: Counts): WorkerDescription["limits"] {
  return { orchestrations: orchestration, activities: activity, entities: entity };
}
