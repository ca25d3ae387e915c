import { DurableHostError, systemClock, type OrchestrationWorkItem, type StorageProvider } from "@durable-host/engine";
import {
  aCommit,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  aTaskCompleted,
  ManualClock,
  silentLogger,
  waitUntil,
} from "@durable-host/testkit";
import type { CallOptions, SqlClient } from "../../src/connection/sql-client";
import { createMssqlProvider } from "../../src/mssql-provider";
import { shared } from "../mssql-fixture";
import { describeWithMicrosoftScripts } from "../schema/microsoft-scripts";
import { connectTo, describeWithServer } from "../stand/server";
import { readHub } from "../stand/read-hub";
import { aMicrosoftDatabase, type MicrosoftDatabase } from "./microsoft-database";

jest.setTimeout(60_000);

const LOST = { code: "LOCK_LOST" };
const LEASE_MS = 1_000;

describeWithServer("workers on Microsoft's procedures", (server) => {
  describeWithMicrosoftScripts("that are late, or lose an answer", () => {
    let microsoft: MicrosoftDatabase;
    let client: SqlClient;
    const started: StorageProvider[] = [];

    beforeAll(async () => {
      microsoft = await aMicrosoftDatabase(server, "1.8.1");
      client = connectTo(microsoft.connectionString);
    });
    afterEach(async () => {
      for (const provider of started.splice(0)) await provider.stop();
      await microsoft.database.empty();
    });
    afterAll(async () => {
      await client?.close();
      await microsoft?.drop();
    });

    /** A host. One whose clock stands still believes for ever that its locks last. */
    async function aHost({ stopped = false, through = client } = {}): Promise<StorageProvider> {
      const provider = createMssqlProvider({
        connect: () => shared(through),
        prepare: async () => ({ isUtf8: false, microsoftVersion: "1.8.1" }),
        hubName: microsoft.hub,
        clock: stopped ? new ManualClock(Date.now()) : systemClock,
        logger: silentLogger,
        lockDurationMs: LEASE_MS,
      });
      await provider.start();
      started.push(provider);
      return provider;
    }

    async function everything() {
      const payloads = await microsoft.database.client.query("SELECT COUNT(*) AS Payloads FROM dt.Payloads");
      return [await readHub(microsoft.database.client, microsoft.hub), payloads.sets];
    }

    const lock = (host: StorageProvider): Promise<OrchestrationWorkItem> =>
      waitUntil("something to lock", async () => (await host.lockOrchestrations("orchestration", 1))[0]);

    /** An instance that a late host has locked, and whose lock has expired: another host has it. */
    async function anInstanceOfTwo() {
      const [late, quick] = [await aHost({ stopped: true }), await aHost()];
      await quick.createInstance(anExecutionStarted("i1"), new Set());
      return { late, quick, stale: await lock(late), item: await lock(quick) };
    }

    it("are refused once another has committed, and leave no trace [SQL28]", async () => {
      const { late, quick, stale, item } = await anInstanceOfTwo();
      await quick.commitOrchestration(item, aCommit(item, { activities: [anActivityTask("i1", 1)] }));
      const before = await everything();
      const commit = aCommit(stale, {
        activities: [anActivityTask("i1", 2)],
        timers: [{ timerId: 3, fireAt: Date.now() }],
        messages: [{ instanceId: "i1", event: anEventRaised("late") }],
      });
      await expect(late.commitOrchestration(stale, commit)).rejects.toMatchObject(LOST);
      expect(await everything()).toEqual(before);
    });

    it("are refused after the other has begun a new execution, which stays as it is [SQL29]", async () => {
      const { late, quick, stale, item } = await anInstanceOfTwo();
      const instance = { ...item.instance, executionId: "e2", runtimeStatus: "Running" as const };
      const start = anExecutionStarted("i1", { executionId: "e2" });
      await quick.commitOrchestration(item, {
        ...aCommit(item, { instance, messages: [{ instanceId: "i1", executionId: "e2", event: start }] }),
        history: { type: "replace", events: [] },
      });
      const before = await everything();
      await expect(late.commitOrchestration(stale, aCommit(stale))).rejects.toMatchObject(LOST);
      expect(await everything()).toEqual(before);
      const next = await lock(quick);
      expect(next).toMatchObject({ historyLength: 0, instance: { executionId: "e2" } });
    });

    it("may commit while another executes, whose commit is refused then: the history has one of them [SQL27]", async () => {
      const { late, quick, stale, item } = await anInstanceOfTwo();
      await late.commitOrchestration(stale, aCommit(stale, { activities: [anActivityTask("i1", 1)] }));
      const before = await everything();
      const commit = aCommit(item, { activities: [anActivityTask("i1", 2)] });
      await expect(quick.commitOrchestration(item, commit)).rejects.toMatchObject(LOST);
      expect(await everything()).toEqual(before);
    });

    it("complete an activity once between them [SQL32]", async () => {
      const [late, quick] = [await aHost({ stopped: true }), await aHost()];
      await quick.createInstance(anExecutionStarted("i1"), new Set());
      const item = await lock(quick);
      await quick.commitOrchestration(item, aCommit(item, { activities: [anActivityTask("i1", 1)] }));
      const lockTask = (host: StorageProvider) =>
        waitUntil("the activity", async () => (await host.lockActivities(1))[0]);
      const [stale, task] = [await lockTask(late), await lockTask(quick)];
      await quick.commitActivity(task, aTaskCompleted(1));
      const before = await everything();
      await expect(late.commitActivity(stale, aTaskCompleted(1))).rejects.toMatchObject(LOST);
      expect(await everything()).toEqual(before);
    });

    it("do nothing twice when the answer to a call is lost [SQL30]", async () => {
      const lossy = new LossyClient(client);
      const host = await aHost({ through: lossy });
      lossy.loseAnswers = true;
      await host.createInstance(anExecutionStarted("i1"), new Set(["Completed"]));
      await host.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      lossy.loseAnswers = false;
      const item = await lock(host);
      expect(item.messages.map(({ event }) => event.type)).toEqual(["ExecutionStarted", "EventRaised"]);
      lossy.loseAnswers = true;
      const commit = aCommit(item, { activities: [anActivityTask("i1", 1)] });
      await expect(host.commitOrchestration(item, commit)).rejects.toMatchObject(LOST);
      lossy.loseAnswers = false;
      await expect(host.readHistory("i1")).resolves.toHaveLength(3);
      expect(await host.lockActivities(10)).toHaveLength(1);
      expect(await host.lockOrchestrations("orchestration", 10)).toEqual([]);
    });

    it("send a message once of which the connection cannot tell what has become of it [SQL30]", async () => {
      const lossy = new LossyClient(client);
      const host = await aHost({ through: lossy });
      await host.createInstance(anExecutionStarted("i1"), new Set());
      lossy.loseAnswers = true;
      lossy.repeats = false;
      await host.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      lossy.loseAnswers = false;
      const item = await lock(host);
      expect(item.messages.map(({ event }) => event.type)).toEqual(["ExecutionStarted", "EventRaised"]);
    });
  });
});

/** Carries calls out and loses the first answer to each, as a connection that breaks at the wrong moment. */
class LossyClient implements SqlClient {
  readonly #client: SqlClient;
  readonly #lost = new Set<string>();
  loseAnswers = false;
  /** Whether calls are repeated by the client itself; not so those that have run out of time. */
  repeats = true;

  constructor(client: SqlClient) {
    this.#client = client;
  }

  call: SqlClient["call"] = async (procedure, parameters, options?: CallOptions) => {
    const result = await this.#client.call(procedure, parameters, options);
    if (!this.#loses(procedure)) return result;
    // The client repeats by itself what it may.
    if (this.repeats && options?.retry !== false) return this.#client.call(procedure, parameters, options);
    throw unknown();
  };
  query: SqlClient["query"] = (...args) => this.#client.query(...args);
  batch: SqlClient["batch"] = (...args) => this.#client.batch(...args);
  transaction: SqlClient["transaction"] = async (work) => {
    const result = await this.#client.transaction(work);
    if (this.#loses("transaction")) throw unknown();
    return result;
  };
  close = async (): Promise<void> => undefined;

  #loses(what: string): boolean {
    if (!this.loseAnswers || this.#lost.has(what)) return false;
    this.#lost.add(what);
    return true;
  }
}

function unknown(): DurableHostError {
  return new DurableHostError("STORAGE_TRANSIENT", "The answer was lost.", { outcomeUnknown: true });
}
