import { join, resolve } from "node:path";
import { waitUntil } from "@durable-host/testkit";
import type { HostFixture, HostProcess, ManagementClient } from "@durable-host/testkit";

/** The repository root is the reference app. */
export const REFERENCE_APP = resolve(__dirname, "../..");

/** The small apps that misbehave on purpose. */
export function badApp(name: "misbehaving" | "throwing-entry" | "no-functions"): string {
  return join(__dirname, "apps", name);
}

/** The small app that has something for each item of the acceptance list. */
export const ACCEPTANCE_APP = join(__dirname, "apps/acceptance");

/** Starts the reference app with settings that keep tests short. */
export function startReferenceApp(
  fixture: HostFixture,
  env: Readonly<Record<string, string>> = {},
): Promise<HostProcess> {
  return fixture.start({ scriptRoot: REFERENCE_APP, env: { PAYMENT_RETRY_MILLISECONDS: "20", ...env } });
}

/** An order as a customer sends it: two books of 10, unless changed. */
export function anOrder(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    customer: "Ada",
    lines: [{ sku: "book", quantity: 2, unitPrice: 10 }],
    card: "4000000000000000",
    address: "1 Main Street",
    ...changes,
  };
}

/** Adds stock and waits until the inventory shows it. */
export async function addStock(client: ManagementClient, sku: string, quantity: number): Promise<void> {
  const before = (await inventory(client, sku))?.available ?? 0;
  const answer = await client.post(`/api/inventory/${sku}`, { quantity });
  if (answer.status !== 202) throw new Error(`Adding stock was answered ${answer.status}.`);
  await waitUntil(`the stock of ${sku}`, async () => {
    const now = await inventory(client, sku);
    return now !== undefined && now.available >= before + quantity ? now : undefined;
  });
}

/** What `GET /api/inventory/{sku}` tells; `undefined` for an SKU that was never stocked. */
export async function inventory(
  client: ManagementClient,
  sku: string,
): Promise<{ readonly available: number; readonly reserved: number } | undefined> {
  const answer = await client.get(`/api/inventory/${sku}`);
  return answer.status === 404 ? undefined : (answer.body as { available: number; reserved: number });
}

/**
 * The stock once nothing is reserved: shipped units leave by a one-way signal, which an order does not wait for before
 * it ends.
 */
export function settledInventory(
  client: ManagementClient,
  sku: string,
): Promise<{ readonly available: number; readonly reserved: number }> {
  return waitUntil(`the shipped units of ${sku} to leave`, async () => {
    const now = await inventory(client, sku);
    return now?.reserved === 0 ? now : undefined;
  });
}

/** Places an order through the app's own route; resolves to its id. */
export async function placeOrder(client: ManagementClient, order: Record<string, unknown>): Promise<string> {
  const answer = await client.post("/api/orders", order);
  if (answer.status !== 202) throw new Error(`Order answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return (answer.body as { readonly id: string }).id;
}
