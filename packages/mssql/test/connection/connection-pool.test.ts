import { DurableHostError } from "@durable-host/engine";
import { ConnectionPool, type ConnectionPoolOptions, type PoolMember } from "../../src/connection/connection-pool";

class FakeConnection implements PoolMember {
  usable = true;
  closes = 0;

  close(): Promise<void> {
    this.usable = false;
    this.closes++;
    return Promise.resolve();
  }
}

interface Rig {
  readonly pool: ConnectionPool<FakeConnection>;
  readonly opened: FakeConnection[];
  time: number;
}

const pools: ConnectionPool<FakeConnection>[] = [];

function rig(over: Partial<ConnectionPoolOptions<FakeConnection>> = {}): Rig {
  const opened: FakeConnection[] = [];
  const result = { opened, time: 1000 };
  const pool = new ConnectionPool<FakeConnection>({
    min: 0,
    max: 2,
    reuse: true,
    lifetimeMs: 0,
    open: () => {
      const connection = new FakeConnection();
      opened.push(connection);
      return Promise.resolve(connection);
    },
    openTimeoutMs: 5000,
    acquireTimeoutMs: 5000,
    idleTimeoutMs: 60_000,
    now: () => result.time,
    ...over,
  });
  pools.push(pool);
  return Object.assign(result, { pool });
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe("the connection pool", () => {
  it("opens nothing before it is asked, and uses a connection again", async () => {
    const { pool, opened } = rig();
    expect(opened).toHaveLength(0);
    const first = await pool.acquire();
    await pool.release(first, true);
    expect(await pool.acquire()).toBe(first);
    expect(opened).toHaveLength(1);
    await pool.release(first, true);
  });

  it("lets no more connections be used at a time than its size, and serves the next when one comes back", async () => {
    const { pool, opened } = rig();
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    const third = pool.acquire();
    await pool.release(first, true);
    expect(await third).toBe(first);
    expect(opened).toHaveLength(2);
    await pool.release(first, true);
    await pool.release(second, true);
  });

  it("replaces a connection that ended while it lay idle [SQL49]", async () => {
    const { pool, opened } = rig();
    const first = await pool.acquire();
    await pool.release(first, true);
    first.usable = false;
    const second = await pool.acquire();
    expect(second).not.toBe(first);
    expect(opened).toHaveLength(2);
    await pool.release(second, true);
  });

  it("closes at once what is not to be used again [SQL49]", async () => {
    const { pool } = rig({ max: 1 });
    const first = await pool.acquire();
    const next = pool.acquire();
    await pool.release(first, false);
    expect(first.usable).toBe(false);
    const second = await next;
    expect(second).not.toBe(first);
    await pool.release(second, true);
    expect(second.usable).toBe(true);
  });

  it("closes every connection after use when pooling is off", async () => {
    const { pool } = rig({ reuse: false });
    const first = await pool.acquire();
    await pool.release(first, true);
    expect(first.closes).toBeGreaterThan(0);
  });

  it("does not use a connection that is older than its lifetime", async () => {
    const fixture = rig({ lifetimeMs: 500 });
    const first = await fixture.pool.acquire();
    await fixture.pool.release(first, true);
    fixture.time += 501;
    const second = await fixture.pool.acquire();
    expect(second).not.toBe(first);
    await fixture.pool.release(second, true);
  });

  it("tells the caller at once why no connection can be had, and tries anew for the next", async () => {
    const failures = [new DurableHostError("STORAGE_TRANSIENT", "nothing listens there")];
    const { pool } = rig({
      open: () => {
        const failure = failures.shift();
        return failure ? Promise.reject(failure) : Promise.resolve(new FakeConnection());
      },
    });
    await expect(pool.acquire()).rejects.toThrow("nothing listens there");
    const connection = await pool.acquire();
    expect(connection.usable).toBe(true);
    await pool.release(connection, true);
  });

  it("says that all connections are in use, and which setting decides", async () => {
    const { pool } = rig({ max: 1, acquireTimeoutMs: 20 });
    const first = await pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({
      code: "STORAGE_TRANSIENT",
      message: expect.stringContaining("raise Max Pool Size") as string,
    });
    await pool.release(first, true);
  });

  it("lets a caller stop waiting without harm to the others", async () => {
    const { pool } = rig({ max: 1 });
    const first = await pool.acquire();
    const abort = new AbortController();
    const waiting = pool.acquire(abort.signal);
    const behind = pool.acquire();
    const reason = new Error("stopping");
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await pool.release(first, true);
    expect(await behind).toBe(first);
    await pool.release(first, true);
  });

  it("waits for connections in use when it closes, closes all, and hands out none afterwards [SQL51]", async () => {
    const { pool, opened } = rig();
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    await pool.release(second, true);
    const closed = pool.close();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    expect(first.usable).toBe(true);
    await pool.release(first, true);
    await closed;
    expect(opened.map(({ usable }) => usable)).toEqual([false, false]);
  });

  it("breaks off a connection that is being opened when it closes", async () => {
    const { pool } = rig({
      open: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("broken off")));
        }),
    });
    const waiting = pool.acquire();
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: "STORAGE_PERMANENT" }), pool.close()]);
  });
});
