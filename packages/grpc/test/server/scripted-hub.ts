import type { InstanceState, TaskHub } from "@durable-host/engine";
import type { HubDirectory, HubRuntime } from "../../src/hubs";
import type { pb } from "../../src/proto/messages";
import type { StreamEnd, WorkerIdentity, WorkItemSink } from "../../src/work/hub-workers";

/** A worker's stream as the hub sees it. */
export interface SeenWorker extends WorkerIdentity {
  readonly sink: WorkItemSink;
  readonly ends: StreamEnd[];
}

export interface ScriptedHub extends HubRuntime {
  readonly seen: SeenWorker[];
}

/** A hub whose client does what a test says; whatever it does not say rejects as a defect. */
export function scriptedHub(name: string, taskHub: Partial<TaskHub> = {}): ScriptedHub {
  const seen: SeenWorker[] = [];
  const nothing = (): never => {
    throw new Error("The test does not say what happens here.");
  };
  const defects = new Proxy<Partial<TaskHub>>(taskHub, {
    get: (target, key: keyof TaskHub) => target[key] ?? (async () => nothing()),
  });
  return {
    name,
    taskHub: defects as TaskHub,
    seen,
    workers: {
      get executor() {
        return nothing();
      },
      connect(_request: pb.GetWorkItemsRequest, worker, sink) {
        const one: SeenWorker = { ...worker, sink, ends: [] };
        seen.push(one);
        return { ended: (how) => void one.ends.push(how) };
      },
      completeOrchestration: () => false,
      completeActivity: () => false,
      completeEntity: () => false,
      abandon: () => false,
      streamedHistory: () => undefined,
      describe: () => [],
      close: () => seen.forEach(({ sink }) => sink.close()),
    },
  };
}

/** A directory of these; the first is the default. */
export function directoryOf(...hubs: readonly HubRuntime[]): HubDirectory {
  return {
    find: async (name) =>
      name === undefined ? hubs[0] : hubs.find((hub) => hub.name.toLowerCase() === name.toLowerCase()),
    open: () => hubs,
  };
}

export function anInstance(given: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId: "i1",
    executionId: "e".repeat(32),
    name: "order",
    version: "",
    runtimeStatus: "Running",
    input: '"in"',
    output: null,
    customStatus: null,
    createdAt: 1_000,
    lastUpdatedAt: 2_000,
    ...given,
  };
}
