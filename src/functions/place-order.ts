import { app } from "@azure/functions";
import type { HttpRequest, HttpResponse, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { badRequest, conflict, readJson } from "../http/read-json";
import { checkOrder, isRecord } from "../orders/check-order";
import { findOrder } from "../orders/find-order";

const ORDER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Places an order. The body is the order; an optional `id` becomes the instance id, so that a client may repeat
 * a request whose answer got lost: the second one is told 409 and nothing is ordered twice.
 */
export async function placeOrder(
  request: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponse | HttpResponseInit> {
  const body = await readJson(request);
  if (!body.ok) return body.response;
  const check = checkOrder(body.value);
  if (!check.ok) return badRequest("The order is not valid.", check.problems);
  const id = isRecord(body.value) ? body.value["id"] : undefined;
  if (id !== undefined && (typeof id !== "string" || !ORDER_ID.test(id))) {
    return badRequest("The order is not valid.", ['id must be 1 to 64 letters, digits, "-" or "_"']);
  }
  const client = df.getClient(context);
  if (id !== undefined && (await findOrder(client, id)) !== undefined) return conflict(`Order ${id} exists already.`);
  const orderId = await client.startNew("processOrder", { instanceId: id, input: check.order });
  context.log(`Order ${orderId} placed by ${check.order.customer}.`);
  return client.createCheckStatusResponse(request, orderId);
}

app.http("placeOrder", {
  route: "orders",
  methods: ["POST"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: placeOrder,
});
