import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { view } from "../entities/inventory";
import type { InventoryState } from "../entities/inventory";
import { badRequest, notFound } from "../http/read-json";
import { isSku } from "../orders/check-order";

/** Tells the stock of an SKU. */
export async function getInventory(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const sku = request.params["sku"];
  if (!isSku(sku)) return badRequest('The SKU must be 1 to 64 letters, digits, "-" or "_".');
  const entity = await df.getClient(context).readEntityState<InventoryState>(new df.EntityId("inventory", sku));
  if (!entity.entityExists || entity.entityState === undefined) return notFound(`There is no stock of ${sku}.`);
  return { jsonBody: { sku, ...view(entity.entityState) } };
}

app.http("getInventory", {
  route: "inventory/{sku}",
  methods: ["GET"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: getInventory,
});
