import { setTimeout as delay } from "node:timers/promises";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { HistoryRow, HostProcess, ManagementClient } from "@durable-host/testkit";
import { addStock, anOrder, inventory, startReferenceApp } from "./reference-app";

const ORDERS_IN_FLIGHT = 50;
const KILLS = 20;
const STOCK = 100_000;
const SKUS = ["book", "lamp", "chair", "pen", "mug"];
/** Activities of an order that ships, in no order. */
const ACTIVITIES = ["chargePayment", "shipLine", "shipLine", "validateOrder"];

const fixture = new HostFixture();
afterEach(() => fixture.dispose());

/** Orders placed by the test: acknowledged with 202, or with an answer that a crash has cut off. */
class Orders {
  readonly acknowledged = new Set<string>();
  #next = 0;

  constructor(private readonly client: ManagementClient) {}

  /** Keeps this many orders in flight as far as the host lives to take them. */
  async topUp(open: number): Promise<void> {
    await Promise.allSettled(Array.from({ length: ORDERS_IN_FLIGHT - open }, () => this.#place()));
  }

  /** Those of the acknowledged orders that have not ended. */
  async open(): Promise<string[]> {
    const { instances } = await this.client.list("runtimeStatus=Pending,Running&top=1000&instanceIdPrefix=order-");
    return instances.map(({ instanceId }) => instanceId);
  }

  async #place(): Promise<void> {
    const index = this.#next++;
    const lines = [index, index + 1].map((n) => ({ sku: SKUS[n % SKUS.length], quantity: 1, unitPrice: 5 }));
    const id = `order-${index}`;
    const answer = await this.client.post("/api/orders", anOrder({ id, lines }));
    if (answer.status === 202) this.acknowledged.add(id);
  }
}

/** Names of completed activities, sorted. */
function completedActivities(rows: readonly HistoryRow[]): string[] {
  return rows
    .filter((row) => row.EventType === "TaskCompleted")
    .map((row) => row.FunctionName ?? "?")
    .sort();
}

/** The payments a host has made in its life, by order: the activity prints a line for each execution. */
function payments(output: string): string[] {
  return [...output.matchAll(/Charged \S+ for order (order-\d+)\./g)].map(([, id = ""]) => id);
}

/** Those of the orders whose payment is in the history: it is durable, so it must never be made again. */
async function recordedPayments(client: ManagementClient, ids: readonly string[]): Promise<string[]> {
  const histories = await Promise.all(ids.map(async (id) => ({ id, rows: await client.history(id) })));
  return histories.filter(({ rows }) => completedActivities(rows).includes("chargePayment")).map(({ id }) => id);
}

describe("kill -9", () => {
  it(`at ${KILLS} random moments with ${ORDERS_IN_FLIGHT} orders in flight loses nothing and repeats nothing [DF84]`, async () => {
    const start = (): Promise<HostProcess> => startReferenceApp(fixture, { SIMULATED_LATENCY_MILLISECONDS: "150" });
    let host = await start();
    const client = await fixture.client();
    for (const sku of SKUS) await addStock(client, sku, STOCK);
    const orders = new Orders(client);
    /** Payments known to be in the history when the present host began: it must not make one of them again. */
    const charged = new Set<string>();
    const repeated: string[] = [];
    let interrupted = 0;

    for (let kill = 0; kill < KILLS; kill++) {
      const open = await orders.open();
      const placing = orders.topUp(open.length);
      // Every second time the orders are known to be placed; else the crash hits them while they are.
      if (kill % 2 === 0) await placing;
      await delay(Math.random() * 400);
      const recorded = await recordedPayments(client, open.slice(0, 10));
      if ((await orders.open()).length > 0) interrupted++;
      await host.kill();
      await placing;
      repeated.push(...payments(host.output).filter((id) => charged.has(id)));
      recorded.forEach((id) => charged.add(id));
      host = await start();
    }

    expect(interrupted).toBeGreaterThan(KILLS / 2);
    expect(orders.acknowledged.size).toBeGreaterThanOrEqual(ORDERS_IN_FLIGHT);
    for (const id of orders.acknowledged) {
      const end = await client.waitForEnd(id, { timeoutMs: 60_000 });
      expect(end).toMatchObject({ runtimeStatus: "Completed", output: { status: "Shipped" } });
      expect({ id, completed: completedActivities(await client.history(id)) }).toEqual({ id, completed: ACTIVITIES });
    }
    repeated.push(...payments(host.output).filter((id) => charged.has(id)));
    expect(repeated).toEqual([]);
    expect(charged.size).toBeGreaterThan(0);
    await waitUntil("unacknowledged orders to end", async () =>
      (await orders.open()).length === 0 ? true : undefined,
    );
    await stockAddsUp(client);
  }, 300_000);
});

/** Every unit is either in stock or was shipped by an order: none stays reserved, none was taken twice. */
async function stockAddsUp(client: ManagementClient): Promise<void> {
  const { instances } = await client.list("instanceIdPrefix=order-&top=1000");
  const shipped = new Map<string, number>();
  for (const { output } of instances) {
    const { shipments = [] } = output as { readonly shipments?: readonly { readonly sku: string }[] };
    for (const { sku } of shipments) shipped.set(sku, (shipped.get(sku) ?? 0) + 1);
  }
  for (const sku of SKUS) {
    const stock = await waitUntil(`the last ${sku} to leave the house`, async () => {
      const now = await inventory(client, sku);
      return now?.reserved === 0 ? now : undefined;
    });
    expect(stock.available).toBe(STOCK - (shipped.get(sku) ?? 0));
  }
}
