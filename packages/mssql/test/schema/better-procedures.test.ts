import { randomUUID } from "node:crypto";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";
import { ContractHub, at, checkpointValues, type LockedInstance } from "./contract-hub";

const FAR = 3_600_000;
const SLOW_MS = 60_000;
const STARTED = { EventType: "ExecutionStarted", Name: "Order", IsPlayed: true };

describeWithServer("the contract's procedures where ours do better than Microsoft's", (server) => {
  const database = useDatabase(server);
  const hub = (): ContractHub => new ContractHub(database.current.client, "dt");

  it(
    "creates one instance and one start event from 50 creations at once [SQL15]",
    async () => {
      const create = () => hub().errorOf("CreateInstance", { Name: "Order", InstanceID: "a", InputText: "in" });
      const answers = await Promise.all(Array.from({ length: 50 }, create));
      expect(answers.filter((answer) => answer === 0)).toHaveLength(1);
      expect(answers.filter((answer) => answer === 50_001)).toHaveLength(49);
      const { instances, events, payloads } = await hub().content();
      expect([instances, events, payloads].map((rows) => rows?.length)).toEqual([1, 1, 1]);
    },
    SLOW_MS,
  );

  it("leaves an event that comes before a scheduled start alone until that start [SQL18]", async () => {
    await hub().call("CreateInstance", { Name: "Order", InstanceID: "a", StartTime: at(Date.now() + FAR) });
    await hub().call("RaiseEvent", { Name: "early", InstanceID: "a" });
    expect(await hub().lockNext()).toBeUndefined();
    await hub().query(
      "UPDATE {{schema}}.NewEvents SET VisibleTime = '2020-01-01' WHERE EventType = 'ExecutionStarted'",
    );
    const locked = await hub().lockNext();
    expect(locked?.events.map((row) => row["EventType"])).toEqual(["ExecutionStarted", "EventRaised"]);
  });

  it("refuses a second checkpoint of one episode and leaves no trace of it [SQL28, SQL30]", async () => {
    const locked = await begin("a");
    const late = checkpointValues(locked, {
      status: "Completed",
      history: [STARTED],
      messages: [{ InstanceID: "child", ExecutionID: "c", EventType: "ExecutionStarted", Name: "Child" }],
      tasks: [{ Name: "Pay", TaskID: 0 }],
    });
    await hub().checkpoint(locked, { status: "Running", history: [STARTED] });
    const before = await hub().content();
    expect(await hub().errorOf("_CheckpointOrchestration", late)).toBe(2627);
    expect(await hub().content()).toEqual(before);
  });

  it("refuses a checkpoint of an older generation instead of erasing the newer one [SQL29]", async () => {
    const locked = await begin("a");
    const stale = checkpointValues(locked, { status: "Running", history: [STARTED] });
    await hub().checkpoint(locked, { executionId: "second", status: "Running", history: [STARTED] });
    const before = await hub().content();
    expect(await hub().errorOf("_CheckpointOrchestration", stale)).toBe(2627);
    expect(await hub().content()).toEqual(before);
  });

  it("starts a fresh child under the id of one that has ended [SQL39]", async () => {
    const child = await begin("child");
    await hub().checkpoint(child, { status: "Completed", history: [STARTED] });
    const parent = await begin("parent");
    await hub().checkpoint(parent, {
      status: "Running",
      history: [STARTED],
      messages: [
        {
          InstanceID: "child",
          ExecutionID: "fresh",
          EventType: "ExecutionStarted",
          Name: "Child",
          TaskID: 0,
          ParentInstanceID: "parent",
          PayloadID: randomUUID(),
          PayloadText: "again",
        },
      ],
    });
    const { instances = [], history = [] } = await hub().content();
    expect(instances).toContainEqual(
      expect.objectContaining({ InstanceID: "child", RuntimeStatus: "Pending", ParentInstanceID: "parent" }),
    );
    expect(history).not.toContainEqual(expect.objectContaining({ InstanceID: "child" }));
    expect((await hub().lockNext())?.events.map((row) => row["PayloadText"])).toEqual(["again"]);
  });

  it("queues nothing for unknown ids and makes no instance of a made-up name [SQL17]", async () => {
    for (const InstanceID of ["nobody", "abc@def", "@@key"]) {
      const NewOrchestrationEvents = [{ InstanceID, EventType: "EventRaised", Name: "go" }];
      expect(await hub().errorOf("_AddOrchestrationEvents", { NewOrchestrationEvents })).toBe(50_000);
    }
    const { instances, events } = await hub().content();
    expect([instances, events]).toEqual([[], []]);
  });

  it("starts one entity from messages with different trace contexts [SQL45]", async () => {
    const message = { InstanceID: "@counter@a", EventType: "EventRaised", Name: "op" };
    const NewOrchestrationEvents = [
      { ...message, TraceContext: "00-1" },
      { ...message, TraceContext: "00-2" },
    ];
    await hub().call("_AddOrchestrationEvents", { NewOrchestrationEvents });
    const { instances, events } = await hub().content();
    expect([instances?.length, events?.length]).toEqual([1, 2]);
    expect(instances).toContainEqual(expect.objectContaining({ Name: "counter", RuntimeStatus: "Pending" }));
  });

  it("takes a prefix with wildcards literally, and pages without gaps [SQL24]", async () => {
    for (const id of ["a_1", "ab1", "a%1", "a[1", "a~1"])
      await hub().call("CreateInstance", { Name: "Order", InstanceID: id });
    for (const [prefix, id] of [
      ["a_", "a_1"],
      ["a%", "a%1"],
      ["a[", "a[1"],
      ["a~", "a~1"],
    ] as const) {
      const { sets } = await hub().call("_QueryManyOrchestrations", { InstanceIDPrefix: prefix });
      expect(sets[0]?.map((row) => row["InstanceID"])).toEqual([id]);
    }
    const pages = await Promise.all(
      [0, 1, 2].map((PageNumber) => hub().call("_QueryManyOrchestrations", { PageSize: 2, PageNumber })),
    );
    expect(new Set(pages.flatMap(({ sets }) => sets[0]?.map((row) => row["InstanceID"])))).toHaveProperty("size", 5);
  });

  it(
    "claims the longest waiting first, each once by many workers [SQL27]",
    async () => {
      for (let index = 9; index >= 0; index--)
        await hub().call("CreateInstance", { Name: "Order", InstanceID: `i${index}` });
      const first = await hub().lockNext();
      expect(first?.instanceId).toBe("i9");
      const rest = await Promise.all(Array.from({ length: 9 }, () => hub().lockNext()));
      const claimed = rest.flatMap((locked) => (locked === undefined ? [] : [locked.instanceId]));
      expect(new Set(claimed).size).toBe(claimed.length);
      expect(claimed).not.toContain("i9");
    },
    SLOW_MS,
  );

  it("does not lock again what was released before a late renewal", async () => {
    await hub().checkpoint(await begin("a"), { status: "Running", history: [STARTED] });
    await hub().call("_RenewOrchestrationLocks", { InstanceID: "a", LockExpiration: at(Date.now() + FAR) });
    await hub().call("RaiseEvent", { Name: "go", InstanceID: "a" });
    expect((await hub().lockNext())?.instanceId).toBe("a");
  });

  it("answers a rewind of a missing or running instance with an error, and leaves nothing behind [SQL26]", async () => {
    expect(await hub().errorOf("_RewindInstance", { InstanceID: "nobody" })).toBe(50_000);
    await begin("a");
    expect(await hub().errorOf("_RewindInstance", { InstanceID: "a" })).toBe(50_001);
    expect(await hub().query("SELECT @@TRANCOUNT AS Open_")).toEqual([{ Open_: 0 }]);
    expect((await hub().content())["payloads"]).toEqual([]);
  });

  it(
    "purges more than a chunk [SQL23]",
    async () => {
      await hub().query(
        `INSERT INTO {{schema}}.Instances (TaskHub, InstanceID, Name, RuntimeStatus, CompletedTime)
         SELECT {{schema}}.CurrentTaskHub(), CAST(A.n * 40 + B.n AS varchar(10)), 'Order', 'Completed', '2020-01-01'
         FROM (${numbers(30)}) A CROSS JOIN (${numbers(40)}) B`,
      );
      const purged = await hub().call("PurgeInstanceStateByTime", { ThresholdTime: at(Date.now()), FilterType: 1 });
      expect(purged.returnValue).toBe(1200);
    },
    SLOW_MS,
  );

  it("recommends workers by due instances and queued activities, each counted once [SQL52]", async () => {
    expect(await recommendation(1, 1)).toBe(0);
    const locked = await begin("a");
    expect(await recommendation(1, 3)).toBe(1);
    const tasks = Array.from({ length: 10 }, (_, TaskID) => ({ Name: "Pay", TaskID }));
    await hub().checkpoint(locked, { status: "Running", history: [STARTED], tasks });
    expect(await recommendation(1, 3)).toBe(4);
    for (let count = 0; count < 10; count++) await hub().call("RaiseEvent", { Name: "result", InstanceID: "a" });
    expect(await recommendation(1, 100)).toBe(2);
    expect(await recommendation(0, 0)).toBe(11);
    await hub().query("UPDATE {{schema}}.NewEvents SET VisibleTime = '2999-01-01'");
    expect(await recommendation(1, 100)).toBe(1);
    await hub().query("UPDATE {{schema}}.Instances SET RuntimeStatus = 'Suspended'");
    expect(await recommendation(1, 100)).toBe(0);
  });

  it("gives each application its own hub in mode 0, history included [SQL8, SQL10]", async () => {
    await database.current.client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 0");
    try {
      await hub().checkpoint(await begin("same"), { status: "Running", history: [STARTED] });
      await hub().query("UPDATE {{schema}}.Instances SET TaskHub = 'other', Version = 'theirs'");
      await hub().call("CreateInstance", { Name: "Order", InstanceID: "same" });
      expect(await hub().query("SELECT {{schema}}.CurrentTaskHub() AS Hub")).toEqual([{ Hub: "durable-host-tests" }]);
      const history = (await hub().call("GetInstanceHistory", { InstanceID: "same" })).sets[0] ?? [];
      expect(history.map((row) => row["Version"])).toEqual([null]);
      expect((await hub().call("_QueryManyOrchestrations")).sets[0]).toHaveLength(1);
    } finally {
      await database.current.client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 1");
    }
  });

  async function begin(id: string): Promise<LockedInstance> {
    await hub().call("CreateInstance", { Name: "Order", InstanceID: id });
    const locked = await hub().lockNext();
    if (locked?.instanceId !== id) throw new Error(`${id} was to be locked.`);
    return locked;
  }

  async function recommendation(orchestrations: number, activities: number): Promise<unknown> {
    const rows = await hub().query(
      `SELECT {{schema}}.GetScaleRecommendation(${orchestrations}, ${activities}) AS Workers`,
    );
    return rows[0]?.["Workers"];
  }
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => `SELECT ${index} AS n`).join(" UNION ALL ");
}
