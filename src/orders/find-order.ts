import type { DurableClient, DurableOrchestrationStatus } from "durable-functions";

/** The status of an order, or `undefined` when there is no order with this id. */
export async function findOrder(
  client: DurableClient,
  orderId: string,
): Promise<DurableOrchestrationStatus | undefined> {
  try {
    const status = await client.getStatus(orderId);
    return status.name === "processOrder" ? status : undefined;
  } catch (error) {
    // The client has no other way to say "unknown id" than this error.
    if (error instanceof Error && error.message.includes("HTTP 404")) return undefined;
    throw error;
  }
}
