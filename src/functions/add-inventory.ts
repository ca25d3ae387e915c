import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { badRequest, readJson } from "../http/read-json";
import { isPositiveInteger, isRecord, isSku } from "../orders/check-order";

/** Adds stock: `{"quantity": 10}`. The entity is signalled, so the answer is 202: accepted, not yet applied. */
export async function addInventory(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const sku = request.params["sku"];
  if (!isSku(sku)) return badRequest('The SKU must be 1 to 64 letters, digits, "-" or "_".');
  const body = await readJson(request);
  if (!body.ok) return body.response;
  const quantity = isRecord(body.value) ? body.value["quantity"] : undefined;
  if (!isPositiveInteger(quantity)) {
    return badRequest('The body must be like {"quantity": 10}, with a positive integer.');
  }
  await df.getClient(context).signalEntity(new df.EntityId("inventory", sku), "add", quantity);
  return { status: 202, jsonBody: { sku, added: quantity } };
}

app.http("addInventory", {
  route: "inventory/{sku}",
  methods: ["POST"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: addInventory,
});
