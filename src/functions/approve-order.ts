import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { badRequest, conflict, notFound, readJson } from "../http/read-json";
import { isRecord } from "../orders/check-order";
import { findOrder } from "../orders/find-order";
import { APPROVAL_EVENT } from "../orders/order";
import type { Approval } from "../orders/order";

/** Approves an order, or rejects it with `{"approved": false}`. An empty body approves. */
export async function approveOrder(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const body = await readJson(request);
  if (!body.ok) return body.response;
  const approval = readApproval(body.value);
  if (approval === undefined) {
    return badRequest('The body must be like {"approved": true, "by": "a name"}; both are optional.');
  }
  const id = request.params["id"] ?? "";
  const client = df.getClient(context);
  const status = await findOrder(client, id);
  if (status === undefined) return notFound(`There is no order ${id}.`);
  if (status.output !== null && status.output !== undefined) return conflict(`Order ${id} is closed already.`);
  await client.raiseEvent(id, APPROVAL_EVENT, approval);
  return { status: 202, jsonBody: { id, ...approval } };
}

function readApproval(value: unknown): Approval | undefined {
  if (value === undefined) return { approved: true };
  if (!isRecord(value)) return undefined;
  const { approved = true, by } = value;
  if (typeof approved !== "boolean") return undefined;
  if (by === undefined) return { approved };
  return typeof by === "string" ? { approved, by } : undefined;
}

app.http("approveOrder", {
  route: "orders/{id}/approve",
  methods: ["POST"],
  authLevel: "anonymous",
  extraInputs: [df.input.durableClient()],
  handler: approveOrder,
});
