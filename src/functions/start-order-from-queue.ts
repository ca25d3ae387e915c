import { app } from "@azure/functions";
import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { checkOrder } from "../orders/check-order";

/**
 * Places an order for every message of the queue `orders`. The message id is the instance id: a message that is
 * delivered twice does not start a second order while the first one runs.
 * @throws Error when the message is no valid order; after some attempts the message goes to the poison queue.
 */
export async function startOrderFromQueue(message: unknown, context: InvocationContext): Promise<void> {
  const check = checkOrder(message);
  if (!check.ok) throw new Error(`The queue message is not a valid order: ${check.problems.join("; ")}.`);
  const messageId = context.triggerMetadata?.["id"];
  const instanceId = typeof messageId === "string" ? `queue-${messageId}` : undefined;
  const orderId = await df.getClient(context).startNew("processOrder", { instanceId, input: check.order });
  context.log(`Order ${orderId} placed by queue message.`);
}

app.storageQueue("startOrderFromQueue", {
  queueName: "orders",
  connection: "AzureWebJobsStorage",
  extraInputs: [df.input.durableClient()],
  handler: startOrderFromQueue,
});
