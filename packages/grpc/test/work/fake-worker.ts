import type { ActivityTask, Episode, EntityBatch, HistoryEvent, Logger } from "@durable-host/engine";
import { randomIds } from "@durable-host/engine";
import { BUILT_AT, ManualClock, anExecutionStarted, anOrchestratorStarted, silentLogger } from "@durable-host/testkit";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { createHubWorkers } from "../../src/work/create-hub-workers";
import type { HubWorkers, WorkerStream } from "../../src/work/hub-workers";

/** Lets what has been decided by promises happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** Workers of a hub whose time stands still, and whose orchestrations have these versions. */
export function aHub(
  versions: Readonly<Record<string, string>> = {},
  logger: Logger = silentLogger,
): { workers: HubWorkers; clock: ManualClock } {
  const clock = new ManualClock();
  const versionOf = async (instanceId: string): Promise<string | undefined> => versions[instanceId];
  return { workers: createHubWorkers({ clock, ids: randomIds, logger, versionOf }), clock };
}

/** A worker that answers only when told to. */
export class FakeWorker {
  /** What it has been sent, pings left out; each was serialised on its way. */
  readonly items: pb.WorkItem[] = [];
  pings = 0;
  closed = false;
  readonly #stream: WorkerStream;

  constructor(workers: HubWorkers, workerId: string, request = new pb.GetWorkItemsRequest()) {
    this.#stream = workers.connect(
      request,
      { workerId, userAgent: "fake/1.0" },
      {
        send: (item) => {
          const arrived = pb.WorkItem.deserializeBinary(item.serializeBinary());
          if (arrived.hasHealthping()) this.pings++;
          else this.items.push(arrived);
        },
        close: () => (this.closed = true),
      },
    );
  }

  get tokens(): string[] {
    return this.items.map((item) => item.getCompletiontoken());
  }

  /** Names of the activities it has been sent. */
  get activities(): (string | undefined)[] {
    return this.items.map((item) => item.getActivityrequest()?.getName());
  }

  cancel(): void {
    this.#stream.ended("cancelled");
  }

  break(): void {
    this.#stream.ended("broken");
  }
}

export function aRequest(limits: { orchestrations?: number; activities?: number } = {}): pb.GetWorkItemsRequest {
  return new pb.GetWorkItemsRequest()
    .setMaxconcurrentorchestrationworkitems(limits.orchestrations ?? 0)
    .setMaxconcurrentactivityworkitems(limits.activities ?? 0);
}

/** A request with filters: names with their versions. */
export function aFilteredRequest(filters: {
  readonly orchestrations?: Readonly<Record<string, readonly string[]>>;
  readonly activities?: Readonly<Record<string, readonly string[]>>;
  readonly entities?: readonly string[];
}): pb.GetWorkItemsRequest {
  const message = new pb.WorkItemFilters()
    .setOrchestrationsList(
      Object.entries(filters.orchestrations ?? {}).map(([name, versions]) =>
        new pb.OrchestrationFilter().setName(name).setVersionsList([...versions]),
      ),
    )
    .setActivitiesList(
      Object.entries(filters.activities ?? {}).map(([name, versions]) =>
        new pb.ActivityFilter().setName(name).setVersionsList([...versions]),
      ),
    )
    .setEntitiesList((filters.entities ?? []).map((name) => new pb.EntityFilter().setName(name)));
  return new pb.GetWorkItemsRequest().setWorkitemfilters(message);
}

/** A signal of somebody who goes on waiting. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

export function aTask(name: string, fields: Partial<ActivityTask> = {}): ActivityTask {
  return { instanceId: "i", executionId: "e", taskId: 1, name, input: null, ...fields };
}

export function aResult(token: string, result: string | null = null): pb.ActivityResponse {
  return new pb.ActivityResponse().setCompletiontoken(token).setResult(wrapText(result));
}

/** The first episode of an orchestration, unless it is given a past. */
export function anEpisode(name: string, past: readonly HistoryEvent[] = [], fields: Partial<Episode> = {}): Episode {
  const started = anExecutionStarted("i", { name, executionId: "e" });
  return {
    instanceId: "i",
    executionId: "e",
    name,
    version: "",
    input: null,
    episode: 1,
    newEvents: [anOrchestratorStarted(BUILT_AT), ...(past.length > 0 ? [] : [started])],
    loadPastEvents: async () => past,
    ...fields,
  };
}

export function aBatch(...operations: EntityBatch["operations"]): EntityBatch {
  return { entity: { name: "counter", key: "k" }, exists: false, state: null, operations };
}
