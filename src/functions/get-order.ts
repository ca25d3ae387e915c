import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { notFound } from "../http/read-json";
import { findOrder } from "../orders/find-order";

/** Tells how far an order is, in the words of the shop rather than of the runtime. */
export async function getOrder(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const id = request.params["id"] ?? "";
  const status = await findOrder(df.getClient(context), id);
  if (status === undefined) return notFound(`There is no order ${id}.`);
  return {
    jsonBody: {
      id,
      runtimeStatus: status.runtimeStatus,
      progress: status.customStatus ?? null,
      result: status.output ?? null,
      placedAt: status.createdTime,
      updatedAt: status.lastUpdatedTime,
    },
  };
}

app.http("getOrder", {
  route: "orders/{id}",
  methods: ["GET"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: getOrder,
});
