import {
  ChaosProxy,
  HostFixture,
  ManagementClient,
  checkHub,
  freePort,
  planFaults,
  seededRandom,
  waitUntil,
  type HostProcess,
} from "@durable-host/testkit";
import { hostSettings } from "../../packages/mssql/test/stand/host-settings";
import { readHub } from "../../packages/mssql/test/stand/read-hub";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { REFERENCE_APP, addStock, anOrder, settledInventory } from "./reference-app";

const HUB = "ChaosHub";
const HOSTS = 3;
/** How long the network misbehaves and hosts die. */
const CHAOS_SECONDS = Number(process.env["CHAOS_SECONDS"] ?? 10);
const ORDERS = Number(process.env["CHAOS_ORDERS"] ?? 40);
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);
/** Locks of killed hosts have to run out before their work goes on. */
const RECOVERY_MS = Number(process.env["CHAOS_RECOVERY_SECONDS"] ?? 180) * 1000;
const SKUS = ["book", "lamp", "chair"];
const STOCK = 10_000;

interface Replica {
  readonly port: number;
  readonly dataDir: string;
  host: HostProcess;
}

describeWithServer("three hosts on one database whose network fails and who are killed", (server) => {
  jest.setTimeout(RECOVERY_MS + CHAOS_SECONDS * 1000 + 120_000);
  const fixture = new HostFixture();
  const random = seededRandom(SEED);
  let database: TestDatabase;
  let proxy: ChaosProxy;
  let replicas: Replica[];

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
    proxy = await ChaosProxy.listen(serverAddress(database.connectionString));
    replicas = [];
    for (let i = 0; i < HOSTS; i++) {
      const port = await freePort();
      const dataDir = fixture.directory();
      replicas.push({ port, dataDir, host: await startHost(port, dataDir) });
    }
  });
  afterAll(async () => {
    await fixture.dispose();
    await proxy?.close();
    await database?.drop();
  });

  it(`complete every order once (seed ${SEED}, ${CHAOS_SECONDS} s)`, async () => {
    for (const sku of SKUS) await addStock(clientOf(0), sku, STOCK);
    const chaos = new AbortController();
    setTimeout(() => chaos.abort(), CHAOS_SECONDS * 1000);
    const disturbing = proxy.misbehave(planFaults({ seed: SEED }), chaos.signal);
    const killing = killAndRestart(chaos.signal);
    const ids = await placeOrders(chaos.signal);
    await Promise.all([disturbing, killing]);

    const ends = await Promise.race([
      Promise.all(ids.map((id, index) => clientOf(index).waitForEnd(id, { timeoutMs: RECOVERY_MS, intervalMs: 250 }))),
      anyHostEnds(),
    ]);
    expect(ends.filter(({ output }) => (output as { status?: string } | null)?.status !== "Shipped")).toEqual([]);
    for (const [index, sku] of SKUS.entries()) {
      const sold = ids.filter((_, order) => order % SKUS.length === index).length;
      expect(await settledInventory(clientOf(index), sku)).toEqual({ sku, available: STOCK - sold, reserved: 0 });
    }
    const { instances } = await readHub(database.client, HUB);
    expect(instances.filter(({ instanceId }) => ids.includes(instanceId))).toHaveLength(ORDERS);
    expect(await violationsAtRest()).toEqual([]);
  });

  /** A host ends only when it is killed: one that ends by itself says why. */
  async function anyHostEnds(): Promise<never> {
    const host = await Promise.race(replicas.map(async (replica) => replica.host.exited.then(() => replica.host)));
    throw new Error(`A host has ended by itself; it printed:\n${host.output.slice(-5000)}`);
  }

  function clientOf(index: number): ManagementClient {
    return new ManagementClient(`http://localhost:${replicas[index % HOSTS]?.port}`);
  }

  async function startHost(port: number, dataDir: string): Promise<HostProcess> {
    const connectionString = `${database.connectionString};Server=127.0.0.1,${proxy.port};Connect Timeout=5`;
    const env = {
      ...hostSettings(connectionString, { taskHub: HUB, lockTimeout: "00:00:10" }),
      PAYMENT_RETRY_MILLISECONDS: "20",
    };
    // A host whose database is out of reach when it starts may end; whoever runs it starts it again.
    for (let attempt = 1; ; attempt++) {
      try {
        return await fixture.start({ scriptRoot: REFERENCE_APP, port, dataDir, env });
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /** `kill -9` to one host after the other, as long as there is chaos. */
  async function killAndRestart(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await rest(500 + random() * 2000, signal);
      const replica = replicas[Math.floor(random() * HOSTS)];
      if (signal.aborted || replica === undefined) return;
      await replica.host.kill();
      replica.host = await startHost(replica.port, replica.dataDir);
    }
  }

  /** Places the orders over the time of the chaos, each at any host, again and again until somebody has it. */
  async function placeOrders(signal: AbortSignal): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < ORDERS; i++) {
      const id = `order-${i}`;
      const lines = [{ sku: SKUS[i % SKUS.length], quantity: 1, unitPrice: 10 }];
      await waitUntil(`${id} to be accepted`, () => tryToPlace(clientOf(Math.floor(random() * HOSTS)), id, lines), {
        timeoutMs: RECOVERY_MS,
        intervalMs: 100,
      });
      ids.push(id);
      await rest((CHAOS_SECONDS * 1000) / ORDERS / 2, signal);
    }
    return ids;
  }

  /** 409 says that an earlier attempt went through although nobody heard of it. */
  async function tryToPlace(client: ManagementClient, id: string, lines: unknown): Promise<true | undefined> {
    try {
      const { status } = await client.post("/api/orders", anOrder({ id, lines }));
      return status === 202 || status === 409 ? true : undefined;
    } catch {
      return undefined;
    }
  }

  /** What is on its way when the last order ends arrives; what is wrong stays. */
  async function violationsAtRest(): Promise<readonly unknown[]> {
    let violations: readonly unknown[] = [];
    const look = async (): Promise<true | undefined> => {
      violations = checkHub(await readHub(database.client, HUB));
      return violations.length === 0 ? true : undefined;
    };
    await waitUntil("a hub without violations", look, { timeoutMs: 20_000, intervalMs: 500 }).catch(() => undefined);
    return violations;
  }
});

function serverAddress(connectionString: string): { readonly host: string; readonly port: number } {
  const [, host = "127.0.0.1", port = "1433"] =
    /(?:^|;)\s*(?:server|data source)\s*=\s*(?:tcp:)?([^,;]+)(?:,(\d+))?/i.exec(connectionString) ?? [];
  return { host: host.trim(), port: Number(port) };
}

/** Waits, but not longer than until the signal. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? 0 : milliseconds);
    signal.addEventListener("abort", done);
  });
}
