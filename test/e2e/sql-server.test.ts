import { ChaosProxy, HostFixture, ManagementClient, checkHub, freePort, waitUntil } from "@durable-host/testkit";
import type { HostProcess } from "@durable-host/testkit";
import { hostSettings } from "../../packages/mssql/test/stand/host-settings";
import { readHub } from "../../packages/mssql/test/stand/read-hub";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { addressOf } from "./sql-server-address";
import { REFERENCE_APP, addStock, anOrder, placeOrder, settledInventory } from "./reference-app";

const GREETINGS = ["Hello Tokyo", "Hello Seattle", "Hello London"];
const ORDERS = 12;
/** The shortest there is: whoever takes over from a killed host waits for this. */
const LOCK_TIMEOUT = "00:00:10";
const TAKEN_OVER = { timeoutMs: 90_000, intervalMs: 200 };
/** Activities of an order that ships one line, in no order. */
const ACTIVITIES = ["chargePayment", "shipLine", "validateOrder"];

jest.setTimeout(240_000);

describeWithServer("a host on SQL Server", (server) => {
  const fixture = new HostFixture();
  let database: TestDatabase;
  let proxy: ChaosProxy;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
    proxy = await ChaosProxy.listen(addressOf(database.connectionString));
  });
  afterEach(async () => {
    proxy.resume();
    await fixture.dispose();
  });
  afterAll(async () => {
    await proxy?.close();
    await database?.drop();
  });

  /** A host on a task hub of the test's own. */
  async function start(taskHub: string, port: number, env: Readonly<Record<string, string>> = {}) {
    const settings = hostSettings(env["SQLDB_Connection"] ?? database.connectionString, {
      taskHub,
      lockTimeout: LOCK_TIMEOUT,
    });
    const host = await fixture.start({
      scriptRoot: REFERENCE_APP,
      port,
      dataDir: fixture.directory(),
      env: { ...settings, PAYMENT_RETRY_MILLISECONDS: "20", ...env },
    });
    return { host, client: new ManagementClient(host.url) };
  }

  it("runs hello cities, and its history has each activity once", async () => {
    const { host, client } = await start("Hello", await freePort());
    const id = await client.start("helloCities");

    expect(await client.waitForEnd(id)).toMatchObject({ runtimeStatus: "Completed", output: GREETINGS });
    const completed = (await client.history(id)).filter((row) => row.EventType === "TaskCompleted");
    expect(completed.map((row) => row.Result)).toEqual(GREETINGS);
    expect(await host.stop()).toEqual({ code: 0, signal: null });
    expect(checkHub(await readHub(database.client, "Hello"))).toEqual([]);
  });

  it("ships an order once it is approved, also by another host than the one it waited on", async () => {
    const first = await start("Approval", await freePort());
    await addStock(first.client, "chair", 5);
    const id = await placeOrder(first.client, anOrder({ lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] }));
    await first.client.waitFor(id, ({ customStatus }) => stageOf(customStatus) === "AwaitingApproval");
    expect(await first.host.stop()).toEqual({ code: 0, signal: null });

    const second = await start("Approval", await freePort());
    expect((await second.client.post(`/api/orders/${id}/approve`, { by: "Grace" })).status).toBe(202);
    expect((await second.client.waitForEnd(id)).output).toMatchObject({ status: "Shipped", total: 5000 });
    expect(await settledInventory(second.client, "chair")).toMatchObject({ available: 4 });
  });

  it("goes on after kill -9 with every order, and does nothing twice that the history has", async () => {
    const port = await freePort();
    const { host, client } = await start("Killed", port, { SIMULATED_LATENCY_MILLISECONDS: "300" });
    await addStock(client, "book", 1000);
    const ids = await placeOrders(client, ORDERS);
    await client.waitFor(ids[0] ?? "", ({ customStatus }) => stageOf(customStatus) !== undefined);
    await host.kill();

    await start("Killed", port);
    await allShip(client, ids);
    expect(await settledInventory(client, "book")).toMatchObject({ available: 1000 - ORDERS });
    expect(checkHub(await readHub(database.client, "Killed"))).toEqual([]);
  });

  it("shares the work with a second host, and takes all of it over when that is killed", async () => {
    // One activity at a time for each host, so that there is always some left for the other.
    const oneAtATime = { AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions: "1" };
    const env = { SIMULATED_LATENCY_MILLISECONDS: "300", ...oneAtATime };
    const [one, two] = [await start("Shared", await freePort(), env), await start("Shared", await freePort(), env)];
    await addStock(one.client, "book", 1000);
    const ids = await placeOrders(one.client, ORDERS);
    await waitUntil("both hosts to work", () => (charged(one.host) && charged(two.host)) || undefined, TAKEN_OVER);
    await two.host.kill();

    await allShip(one.client, ids);
    expect(await settledInventory(one.client, "book")).toMatchObject({ available: 1000 - ORDERS });
    expect(checkHub(await readHub(database.client, "Shared"))).toEqual([]);
  });

  it("says that it is not ready while the database does not answer, and goes on when it does", async () => {
    const throughProxy = `${database.connectionString};Server=127.0.0.1,${proxy.port};Connect Timeout=2`;
    const env = { SQLDB_Connection: throughProxy, SIMULATED_LATENCY_MILLISECONDS: "1000" };
    const { host, client } = await start("Outage", await freePort(), env);
    await addStock(client, "book", 10);
    const [id = ""] = await placeOrders(client, 1);
    proxy.refuse();
    proxy.cut();
    await waitUntil("the host not to be ready", async () => (await readiness(client)) === 503 || undefined, TAKEN_OVER);

    const refused = await client.get(`/runtime/webhooks/durabletask/instances/${id}`);
    expect(refused.status).toBe(503);
    expect((await client.get("/runtime/health/live")).status).toBe(200);
    proxy.resume();
    await waitUntil("the host to be ready", async () => (await readiness(client)) === 200 || undefined, TAKEN_OVER);
    await allShip(client, [id]);
    await host.prints("The database answers again.");
  });
});

async function readiness(client: ManagementClient): Promise<number> {
  return (await client.get("/runtime/health/ready")).status;
}

/** Orders of one book each; resolves to their ids. */
async function placeOrders(client: ManagementClient, count: number, prefix = "order"): Promise<string[]> {
  const lines = [{ sku: "book", quantity: 1, unitPrice: 10 }];
  const orders = Array.from({ length: count }, (_, index) => anOrder({ id: `${prefix}-${index}`, lines }));
  return Promise.all(orders.map((order) => placeOrder(client, order)));
}

async function allShip(client: ManagementClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    expect(await client.waitForEnd(id, TAKEN_OVER)).toMatchObject({ output: { status: "Shipped" } });
    const completed = (await client.history(id)).filter((row) => row.EventType === "TaskCompleted");
    expect(completed.map((row) => row.FunctionName ?? "").sort()).toEqual(ACTIVITIES);
  }
}

function stageOf(customStatus: unknown): string | undefined {
  return (customStatus as { readonly stage?: string } | null)?.stage;
}

/** Tells whether a host has executed a payment. */
function charged(host: HostProcess): boolean {
  return /Charged \S+ for order/.test(host.output);
}
