import { randomUUID } from "node:crypto";
import type { StorageProvider } from "@durable-host/engine";
import { aCommit, anEventRaised, anExecutionStarted, anInstanceSeed, checkHub } from "@durable-host/testkit";
import { createSqlClient } from "../../packages/mssql/src/connection/create-sql-client";
import { parseConnectionString } from "../../packages/mssql/src/connection/parse-connection-string";
import type { Row, SqlClient } from "../../packages/mssql/src/connection/sql-client";
import { ContractHub, type LockedInstance } from "../../packages/mssql/test/schema/contract-hub";
import { readHub } from "../../packages/mssql/test/stand/read-hub";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { readTables } from "../../packages/mssql/test/stand/table-rows";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { InProcessHub, type App } from "./in-process-hub";
import { HUB, onSqlServer } from "./sql-server-hub";

jest.setTimeout(180_000);

const ORDERS = 200;

/** An order is two activities, one after the other; both kinds of workers know how that goes. */
const APP: App = {
  activities: {
    pay: async (order: string) => `${order} paid`,
    ship: async (order: string) => `${order} shipped`,
  },
  orchestrators: {
    *order({ df }) {
      const paid: string = yield df.callActivity("pay", df.getInput());
      return yield df.callActivity("ship", paid);
    },
  },
};

/**
 * What a .NET host of Microsoft's provider does to the database, by its procedures: the same claims, rows and checkpoints,
 * without .NET.
 */
class DotNetWorker {
  readonly #hub: ContractHub;
  episodes = 0;
  activities = 0;

  constructor(client: SqlClient) {
    this.#hub = new ContractHub(client, "dt");
  }

  /** Executes what there is until told to stop. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const [locked, task] = [await this.#hub.lockNext(), await this.#hub.lockTask()];
      if (locked) await this.#runEpisode(locked);
      if (task) await this.#runActivity(task);
      if (!locked && !task) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #runEpisode(locked: LockedInstance): Promise<void> {
    const { instanceId, events, history } = locked;
    const all = [...history, ...events];
    const answers = all.filter((row) => row["EventType"] === "TaskCompleted").map((row) => String(row["PayloadText"]));
    const input = all.find((row) => row["EventType"] === "ExecutionStarted")?.["PayloadText"];
    const [name, argument] = answers.length === 0 ? ["pay", input] : ["ship", answers[0]];
    const payload = { PayloadID: randomUUID(), PayloadText: answers[1] ?? argument };
    const consumed = events.map((row) => ({ ...row, InstanceID: instanceId, IsPlayed: true }));
    const began = { EventType: "OrchestratorStarted", Timestamp: Date.now() };
    const isDone = answers.length === 2;
    const decided = isDone
      ? { EventType: "ExecutionCompleted", TaskID: 2, RuntimeStatus: "Completed", ...payload }
      : { EventType: "TaskScheduled", TaskID: answers.length, Name: name, ...payload };
    // Texts of messages are stored already, and the one of a task is stored with the task.
    const textless = { PayloadText: null, Reason: null };
    const recorded = isDone ? decided : { ...decided, ...textless };
    const decisions = [
      ...consumed.map((row) => ({ ...row, ...textless })),
      recorded,
      { EventType: "OrchestratorCompleted" },
    ];
    const rows = [began, ...decisions].map((row: Row, index) => ({ ...row, SequenceNumber: history.length + index }));
    await this.#hub.checkpoint(locked, {
      status: isDone ? "Completed" : "Running",
      history: rows,
      tasks: isDone ? [] : [decided],
    });
    this.episodes++;
  }

  async #runActivity(task: Row): Promise<void> {
    const done = `${JSON.parse(String(task["PayloadText"]))} ${task["Name"] === "pay" ? "paid" : "shipped"}`;
    const { InstanceID, ExecutionID, TaskID, SequenceNumber } = task;
    await this.#hub.call("_CompleteTasks", {
      CompletedTasks: [{ InstanceID, SequenceNumber }],
      Results: [
        {
          InstanceID,
          ExecutionID,
          TaskID,
          EventType: "TaskCompleted",
          PayloadID: randomUUID(),
          PayloadText: JSON.stringify(done),
        },
      ],
    });
    this.activities++;
  }
}

describeWithServer("a hub that .NET hosts work on too, as far as their procedures tell", (server) => {
  let database: TestDatabase;
  let dotNet: SqlClient;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
    await database.client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 0");
    dotNet = createSqlClient(parseConnectionString(database.connectionString, { applicationName: HUB }));
  });
  afterEach(() => database.empty());
  afterAll(async () => {
    await dotNet?.close();
    await database?.drop();
  });

  it(`finishes ${ORDERS} orchestrations that are begun and gone on with by either [SQL43, SQL47]`, async () => {
    const ours = await InProcessHub.start(APP, "verify", onSqlServer(database));
    const theirs = new DotNetWorker(dotNet);
    let isOver = false;
    const working = theirs.run(() => isOver);
    try {
      const contract = new ContractHub(dotNet, "dt");
      const ids = Array.from({ length: ORDERS }, (_, index) => `order-${index}`);
      for (const [index, id] of ids.entries()) {
        const input = JSON.stringify(id);
        if (index % 2 === 0) await ours.hub.start({ name: "order", instanceId: id, input });
        else await contract.call("CreateInstance", { Name: "order", InstanceID: id, InputText: input });
      }
      for (const id of ids) {
        const end = await ours.hub.waitForCompletion(id, 60_000);
        expect(end).toMatchObject({ runtimeStatus: "Completed", output: `"${id} paid shipped"` });
      }
      // Both have had a part in it.
      expect([theirs.episodes > 0, theirs.activities > 0]).toEqual([true, true]);
      expect(theirs.episodes).toBeLessThan(ORDERS * 3);
    } finally {
      isOver = true;
      await ours.stop();
      await working;
    }
    expect(checkHub(await readHub(database.client, HUB))).toEqual([]);
    const { History } = await readTables(database.client);
    const played = new Set(["ExecutionStarted", "TaskCompleted"]);
    const wrong = History.filter((row) => row["IsPlayed"] !== played.has(String(row["EventType"])));
    expect(wrong.map((row) => [row["EventType"], row["IsPlayed"]])).toEqual([]);
  });

  it("locks no instance twice, whether a host takes entities and orchestrations apart or together [SQL27, SQL46]", async () => {
    const ours = onSqlServer(database).store?.();
    if (!ours) throw new Error("There is a store.");
    await ours.start();
    const contract = new ContractHub(dotNet, "dt");
    const held = new Set<string>();
    const claims: string[] = [];
    /** Takes what is locked, holds it a while, and makes sure that nobody else has it. */
    const hold = async (by: string, instanceId: string): Promise<void> => {
      expect(held).not.toContain(instanceId);
      held.add(instanceId);
      claims.push(`${by} ${instanceId.startsWith("@") ? "entity" : "orchestration"}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      held.delete(instanceId);
    };
    const theirs = async (by: string, type: boolean | null): Promise<boolean> => {
      const locked = await contract.lockNext(type === null ? {} : { OrchestrationType: type });
      if (!locked) return false;
      await hold(by, locked.instanceId);
      const DeletedEvents = locked.events.map((row) => ({
        InstanceID: locked.instanceId,
        SequenceNumber: row["SequenceNumber"],
      }));
      await contract.call("_DiscardEventsAndUnlockInstance", { InstanceID: locked.instanceId, DeletedEvents });
      return true;
    };
    const mine = async (kind: "orchestration" | "entity"): Promise<boolean> => {
      const items = await ours.lockOrchestrations(kind, 1);
      for (const item of items) {
        await hold(`ours of type ${kind}`, item.instance.instanceId);
        await ours.commitOrchestration(item, aCommit(item, { history: { type: "append", events: [] } }));
      }
      return items.length > 0;
    };
    await fill(ours);
    const workers = [
      () => theirs("any", null),
      () => theirs("of type 0", false),
      () => theirs("of type 1", true),
      () => mine("orchestration"),
      () => mine("entity"),
    ];
    const until = Date.now() + 10_000;
    await Promise.all(
      workers.map(async (work) => {
        for (let idle = 0; idle < 20 && Date.now() < until;) idle = (await work()) ? 0 : idle + 1;
      }),
    );
    await ours.stop();
    expect((await readTables(database.client)).NewEvents).toEqual([]);
    const kinds = new Set(claims);
    expect(kinds).not.toContain("of type 0 entity");
    expect(kinds).not.toContain("of type 1 orchestration");
    expect(kinds.size).toBeGreaterThanOrEqual(5);
  });

  /** Orchestrations and entities with several messages each. */
  async function fill(store: StorageProvider): Promise<void> {
    for (let index = 0; index < 15; index++) {
      await store.createInstance(anExecutionStarted(`i${index}`), new Set());
      const id = `@counter@${index}`;
      for (const instanceId of [`i${index}`, id, id])
        await store.sendMessage({
          instanceId,
          event: anEventRaised("op"),
          seed: anInstanceSeed(instanceId, { name: "counter" }),
        });
    }
  }
});
