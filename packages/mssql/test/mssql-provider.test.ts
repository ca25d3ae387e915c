import { DurableHostError } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import type { CallResult, SqlClient } from "../src/connection/sql-client";
import { createMssqlProvider } from "../src/mssql-provider";

const NOTHING_TO_DO: CallResult = {
  sets: [[{ Now: 0, Orchestrations: false, Entities: false, Activities: false, NextDue: null }]],
  returnValue: 0,
};

/** A database in which there is nothing, and which counts who is connected. */
class FakeDatabase {
  connected = 0;
  readonly calls: string[] = [];
  failure: Error | undefined;

  connect(): SqlClient {
    this.connected++;
    const answer = async (name: string): Promise<CallResult> => {
      this.calls.push(name);
      if (this.failure) throw this.failure;
      return NOTHING_TO_DO;
    };
    return {
      call: (procedure) => answer(procedure),
      query: () => answer("query"),
      batch: () => answer("batch"),
      transaction: () => Promise.reject(new Error("No transaction is expected here.")),
      close: async () => void this.connected--,
    };
  }
}

describe("the life of the SQL Server store", () => {
  const database = (): {
    database: FakeDatabase;
    provider: (gate?: Promise<void>) => ReturnType<typeof createMssqlProvider>;
  } => {
    const fake = new FakeDatabase();
    const provider = (gate: Promise<void> = Promise.resolve()) =>
      createMssqlProvider({
        connect: () => gate.then(() => fake.connect()),
        hubName: "hub",
        clock: new ManualClock(),
        logger: silentLogger,
      });
    return { database: fake, provider };
  };

  it("is connected from its start to its stop, and gives its locks back then [SQL51]", async () => {
    const { database: fake, provider } = database();
    const store = provider();
    await store.start();
    expect(fake.connected).toBe(1);
    expect(store.isReachable?.()).toBe(true);
    await store.stop();
    expect(fake.connected).toBe(0);
    expect(fake.calls.at(-1)).toBe("dt_host.ReleaseLocks");
    await expect(store.getInstance("i1")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
  });

  it("connects once, however often it is started at the same time", async () => {
    const { database: fake, provider } = database();
    const store = provider();
    await Promise.all([store.start(), store.start()]);
    expect(fake.connected).toBe(1);
    await store.stop();
    expect(fake.connected).toBe(0);
  });

  it("leaves nothing open when it is stopped while it starts", async () => {
    const { database: fake, provider } = database();
    let open = (): void => undefined;
    const store = provider(new Promise((resolve) => (open = resolve)));
    const started = store.start();
    const stopped = store.stop();
    open();
    await expect(started).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await stopped;
    expect(fake.connected).toBe(0);
  });

  it("leaves nothing open when a start fails, and can be started again", async () => {
    const { database: fake, provider } = database();
    const store = provider();
    fake.failure = new DurableHostError("STORAGE_TRANSIENT", "The database does not answer.");
    await expect(store.start()).rejects.toBe(fake.failure);
    expect(fake.connected).toBe(0);
    fake.failure = undefined;
    await store.start();
    expect(fake.connected).toBe(1);
    await store.stop();
  });
});
