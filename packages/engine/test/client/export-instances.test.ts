import { exportInstances, parseInstanceExport, type HistoryEvent, type InstanceState, type TaskHub } from "../../src";

const T0 = Date.UTC(2030, 0, 1, 2, 3, 4, 5);

function anInstance(instanceId: string, fields: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId,
    executionId: `${instanceId}-e1`,
    name: "order",
    version: "",
    runtimeStatus: "Running",
    input: null,
    output: null,
    customStatus: null,
    createdAt: T0,
    lastUpdatedAt: T0,
    ...fields,
  };
}

function aChild(instanceId: string): HistoryEvent {
  return { type: "SubOrchestrationCreated", timestamp: T0, eventId: 0, name: "child", instanceId, input: null };
}

/** A hub of these instances, each with its history. */
function aHub(
  histories: Readonly<Record<string, readonly HistoryEvent[]>>,
): Pick<TaskHub, "getInstance" | "readHistory"> {
  return {
    getInstance: async (id) => (id in histories ? anInstance(id) : undefined),
    readHistory: async (id) => histories[id] ?? [],
  };
}

describe("exporting instances", () => {
  it("keeps every time to the millisecond, and leaves nothing out", async () => {
    const history: HistoryEvent[] = [{ type: "TimerFired", timestamp: T0 + 1, timerId: 3, fireAt: T0 + 2 }];
    const exported = await exportInstances(aHub({ i1: history }), ["i1"], { exportedAt: T0 });

    expect(exported).toEqual({
      format: "durable-host-history",
      version: 1,
      exportedAt: "2030-01-01T02:03:04.005Z",
      instances: [{ ...anInstance("i1"), history }],
    });
    expect(parseInstanceExport(JSON.parse(JSON.stringify(exported)), "a file")).toEqual(exported);
  });

  it("follows sub-orchestrations only when asked to, each once, and does without those that are gone", async () => {
    const hub = aHub({
      parent: [aChild("child"), aChild("purged"), aChild("child")],
      child: [aChild("grandchild")],
      grandchild: [],
    });
    const ids = async (recursive: boolean) =>
      (await exportInstances(hub, ["parent"], { recursive })).instances.map(({ instanceId }) => instanceId);

    expect(await ids(false)).toEqual(["parent"]);
    expect(await ids(true)).toEqual(["parent", "child", "grandchild"]);
  });

  it("refuses an id that there is no instance of", async () => {
    await expect(exportInstances(aHub({}), ["none"])).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
  });

  it("reads again when the instance has moved on between its state and its history", async () => {
    const states = [anInstance("i1"), anInstance("i1", { lastUpdatedAt: T0 + 1, runtimeStatus: "Completed" })];
    let reads = 0;
    const hub = {
      getInstance: async () => states[Math.min(reads, 1)],
      readHistory: async () => Array.from({ length: ++reads }, () => aChild("c")),
    };

    const [exported] = (await exportInstances(hub, ["i1"])).instances;
    expect(exported).toMatchObject({ runtimeStatus: "Completed", history: { length: 2 } });
  });
});

describe("reading an export", () => {
  it.each([
    ["text", '"format": "durable-host-history"'],
    [{ format: "durable-host-history", version: 2, instances: [] }, "its version is 2"],
    [{ format: "durable-host-history", version: 1 }, 'no list of "instances"'],
    [{ format: "durable-host-history", version: 1, instances: [{ instanceId: "a", name: "b" }] }, "instances[0]"],
    [
      { format: "durable-host-history", version: 1, instances: [{ instanceId: "a", name: "b", history: [1] }] },
      "instances[0]",
    ],
  ])("refuses %j and says why", (value, reason) => {
    expect(() => parseInstanceExport(value, "order.json")).toThrow(`order.json is no recorded history: `);
    expect(() => parseInstanceExport(value, "order.json")).toThrow(reason);
  });
});
