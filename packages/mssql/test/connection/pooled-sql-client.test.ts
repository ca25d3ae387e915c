import { DurableHostError } from "@durable-host/engine";
import { ConnectionPool } from "../../src/connection/connection-pool";
import type { SqlConnection } from "../../src/connection/open-connection";
import { PooledSqlClient } from "../../src/connection/pooled-sql-client";
import { DEFAULT_RETRY } from "../../src/connection/retry";
import type { CommandLimits, RunningCommand, SqlCommand } from "../../src/connection/run-command";
import type { CallResult } from "../../src/connection/sql-client";
import { SqlError } from "../../src/connection/sql-error";
import { CallTimeoutError, ConnectionLostError } from "../../src/connection/transient-errors";

const EMPTY: CallResult = { sets: [], returnValue: 0 };

type Answer = CallResult | Error;

/** A connection that answers from a list, and remembers what it was asked. */
class FakeConnection implements SqlConnection {
  usable = true;
  inTransaction = false;
  resets = 0;
  failReset = false;

  constructor(
    private readonly answers: Answer[],
    private readonly commands: string[],
    private readonly limits: CommandLimits[],
  ) {}

  run(command: SqlCommand, limits: CommandLimits): RunningCommand {
    this.commands.push(command.text);
    this.limits.push(limits);
    const answer = this.answers.shift() ?? EMPTY;
    if (answer instanceof ConnectionLostError) this.usable = false;
    const result = answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    return { result, settled: Promise.resolve() };
  }

  reset(): Promise<void> {
    this.resets++;
    return this.failReset ? Promise.reject(new Error("reset failed")) : Promise.resolve();
  }

  close(): Promise<void> {
    this.usable = false;
    return Promise.resolve();
  }
}

const clients: PooledSqlClient[] = [];

function rig(...answers: readonly Answer[]) {
  const remaining = [...answers];
  const connections: FakeConnection[] = [];
  const commands: string[] = [];
  const limits: CommandLimits[] = [];
  const calls: string[] = [];
  const failOpen: Error[] = [];
  const pool = new ConnectionPool<SqlConnection>({
    min: 0,
    max: 1,
    reuse: true,
    lifetimeMs: 0,
    open: () => {
      const failure = failOpen.shift();
      if (failure) return Promise.reject(failure);
      const connection = new FakeConnection(remaining, commands, limits);
      connections.push(connection);
      return Promise.resolve(connection);
    },
    openTimeoutMs: 5000,
    acquireTimeoutMs: 5000,
    idleTimeoutMs: 60_000,
    now: () => 0,
  });
  const client = new PooledSqlClient(pool, {
    commandTimeoutMs: 30_000,
    retry: DEFAULT_RETRY,
    // Waits are over at once; how long they are is the retry's own test.
    clock: { now: () => 0, schedule: (_delayMs, callback) => (setImmediate(callback), () => undefined) },
    random: () => 0,
    onCall: (name) => calls.push(name),
  });
  clients.push(client);
  return { client, connections, commands, limits, calls, failOpen };
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

describe("a client of the pool", () => {
  it("uses one connection for call after call, and tells of each", async () => {
    const { client, connections, commands, calls } = rig();
    await client.call("dt_host.Commit", []);
    await client.query("SELECT 1");
    await client.batch("SELECT 2");
    expect(connections).toHaveLength(1);
    expect(connections[0]?.resets).toBe(0);
    expect(commands).toEqual(["dt_host.Commit", "SELECT 1", "SELECT 2"]);
    expect(calls).toEqual(["dt_host.Commit", "query", "batch"]);
  });

  it("limits a call by the connection string's time, or by its own", async () => {
    const { client, limits } = rig();
    await client.call("p", []);
    await client.call("p", [], { timeoutMs: 50 });
    expect(limits.map(({ timeoutMs }) => timeoutMs)).toEqual([30_000, 50]);
  });

  it("resets the session after an error of the server, and goes on with the connection [SQL26]", async () => {
    const { client, connections } = rig(new SqlError("exists", { number: 50001 }));
    await expect(client.call("p", [])).rejects.toMatchObject({ number: 50001 });
    await client.call("p", []);
    expect(connections).toHaveLength(1);
    expect(connections[0]?.resets).toBe(1);
  });

  it("gives up a connection that an error left in a transaction [SQL26, SQL49]", async () => {
    const { client, connections } = rig(EMPTY, new SqlError("refused", { number: 547 }));
    await client.call("p", []);
    if (connections[0]) connections[0].inTransaction = true;
    await expect(client.call("p", [])).rejects.toMatchObject({ number: 547 });
    await client.call("p", []);
    expect(connections.map(({ usable }) => usable)).toEqual([false, true]);
  });

  it("gives up a connection that cannot be reset", async () => {
    const { client, connections } = rig(EMPTY, new SqlError("refused", { number: 547 }));
    await client.call("p", []);
    if (connections[0]) connections[0].failReset = true;
    await expect(client.call("p", [])).rejects.toMatchObject({ number: 547 });
    await client.call("p", []);
    expect(connections).toHaveLength(2);
  });

  it("repeats on another connection what was cut off [SQL49]", async () => {
    const { client, connections, calls } = rig(new ConnectionLostError("socket hang up", true));
    await client.call("dt_host.Commit", []);
    expect(connections.map(({ usable }) => usable)).toEqual([false, true]);
    expect(calls).toEqual(["dt_host.Commit", "dt_host.Commit"]);
  });

  it("does not repeat what must not be repeated, and says that its outcome is unknown [SQL30]", async () => {
    const { client, calls } = rig(new ConnectionLostError("socket hang up", true));
    await expect(client.call("p", [], { retry: false })).rejects.toMatchObject({
      code: "STORAGE_TRANSIENT",
      outcomeUnknown: true,
    });
    expect(calls).toHaveLength(1);
  });

  it("closes the connection of a call that timed out", async () => {
    const { client, connections } = rig(new CallTimeoutError("late"));
    await expect(client.call("p", [])).rejects.toMatchObject({ code: "STORAGE_TRANSIENT", outcomeUnknown: true });
    await client.call("p", []);
    expect(connections.map(({ usable }) => usable)).toEqual([false, true]);
  });

  it("waits for a server that comes up, and repeats nothing that cannot be cured [SQL48]", async () => {
    const { client, failOpen, calls } = rig();
    failOpen.push(new DurableHostError("STORAGE_TRANSIENT", "nothing listens"));
    await client.call("p", []);
    await client.close();
    const other = rig();
    other.failOpen.push(new DurableHostError("CONFIG_INVALID", "wrong password"));
    await expect(other.client.call("p", [])).rejects.toThrow("wrong password");
    expect([calls.length, other.calls.length]).toEqual([1, 0]);
  }, 10_000);

  it("rejects calls once closed", async () => {
    const { client } = rig();
    await client.close();
    await expect(client.call("p", [])).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
  });
});

describe("a transaction", () => {
  const TEXT = {
    begin: "BEGIN TRANSACTION",
    commit: "COMMIT TRANSACTION",
    rollBack: "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION",
  };

  it("runs its calls between begin and commit on one connection, and hands on the result", async () => {
    const { client, commands, connections, calls } = rig();
    const result = await client.transaction(async (inner) => {
      await inner.call("a", []);
      await inner.query("b");
      return 42;
    });
    expect(result).toBe(42);
    expect(commands).toEqual([TEXT.begin, "a", "b", TEXT.commit]);
    expect(calls).toEqual(["begin", "a", "query", "commit"]);
    expect(connections).toHaveLength(1);
  });

  it("is rolled back when its work fails, and the connection reset", async () => {
    const { client, commands, connections } = rig();
    await expect(client.transaction(() => Promise.reject(new Error("changed my mind")))).rejects.toThrow(
      "changed my mind",
    );
    expect(commands).toEqual([TEXT.begin, TEXT.rollBack]);
    expect(connections[0]?.resets).toBe(1);
  });

  it("repeats none of its calls, for nothing is left of it to repeat them in [SQL48]", async () => {
    const { client, commands } = rig(EMPTY, new SqlError("victim", { number: 1205 }));
    const work = client.transaction((inner) => inner.call("a", []));
    await expect(work).rejects.toMatchObject({ code: "STORAGE_TRANSIENT", cause: { number: 1205 } });
    expect(commands).toEqual([TEXT.begin, "a", TEXT.rollBack]);
  });

  it("begins on another connection if the first is gone", async () => {
    const { client, connections, commands } = rig(new ConnectionLostError("socket hang up", true));
    await client.transaction(() => Promise.resolve());
    expect(connections).toHaveLength(2);
    expect(commands).toEqual([TEXT.begin, TEXT.begin, TEXT.commit]);
  });

  it("has an unknown outcome when its commit is cut off [SQL30]", async () => {
    const { client, connections } = rig(EMPTY, new ConnectionLostError("socket hang up", true));
    await expect(client.transaction(() => Promise.resolve())).rejects.toMatchObject({
      code: "STORAGE_TRANSIENT",
      outcomeUnknown: true,
    });
    expect(connections[0]?.usable).toBe(false);
  });
});
