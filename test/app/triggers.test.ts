import "durable-host/testing";
import { HttpRequest, InvocationContext } from "@azure/functions";
import type { HttpRequestInit, HttpResponseInit, Timer } from "@azure/functions";
import * as df from "durable-functions";
import { addInventory } from "../../src/functions/add-inventory";
import { approveOrder } from "../../src/functions/approve-order";
import { getInventory } from "../../src/functions/get-inventory";
import { getOrder } from "../../src/functions/get-order";
import { nightlyStockReport } from "../../src/functions/nightly-stock-report";
import { placeOrder } from "../../src/functions/place-order";
import { startOrchestrator } from "../../src/functions/start-orchestrator";
import { startOrderFromQueue } from "../../src/functions/start-order-from-queue";

jest.mock("durable-functions", () => ({
  ...jest.requireActual<typeof df>("durable-functions"),
  getClient: jest.fn(),
}));

const client = {
  startNew: jest.fn(),
  getStatus: jest.fn(),
  raiseEvent: jest.fn(),
  readEntityState: jest.fn(),
  signalEntity: jest.fn(),
  createCheckStatusResponse: jest.fn((_request: unknown, id: string) => ({ status: 202, jsonBody: { id } })),
};

const ORDER = { customer: "Ada", lines: [{ sku: "book", quantity: 1, unitPrice: 10 }] };

beforeEach(() => {
  for (const method of [client.startNew, client.getStatus, client.raiseEvent]) method.mockReset();
  for (const method of [client.readEntityState, client.signalEntity]) method.mockReset();
  client.startNew.mockImplementation((_name: string, options?: { instanceId?: string }) =>
    Promise.resolve(options?.instanceId ?? "generated"),
  );
  client.getStatus.mockRejectedValue(new Error("DurableClient error: … replied with HTTP 404 response."));
  jest.mocked(df.getClient).mockReturnValue(client as unknown as df.DurableClient);
});

function aContext(triggerMetadata: Record<string, unknown> = {}): InvocationContext {
  return new InvocationContext({ functionName: "test", logHandler: () => undefined, triggerMetadata } as never);
}

function aRequest(body: unknown, params: Record<string, string> = {}): HttpRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const init: HttpRequestInit = { method: "POST", url: "http://localhost:7071/api/test", params };
  return new HttpRequest(body === undefined ? init : { ...init, body: { string: text } });
}

describe("placeOrder", () => {
  it("starts processOrder with the checked order and answers with the management URLs", async () => {
    const answer = await placeOrder(aRequest({ ...ORDER, id: "o-1", extra: 1 }), aContext());

    expect(answer).toEqual({ status: 202, jsonBody: { id: "o-1" } });
    const input = { ...ORDER, card: "4000000000000000", address: "unknown" };
    expect(client.startNew).toHaveBeenCalledWith("processOrder", { instanceId: "o-1", input });
  });

  it.each([
    ["invalid JSON", "{", "The body is not valid JSON"],
    ["an empty body", undefined, "The order is not valid."],
    ["no lines", { customer: "Ada" }, "The order is not valid."],
    ["an id that breaks URLs", { ...ORDER, id: "a/b" }, "The order is not valid."],
  ])("answers 400 to %s", async (_what, body, message) => {
    const answer = (await placeOrder(aRequest(body), aContext())) as HttpResponseInit;

    expect(answer.status).toBe(400);
    expect((answer.jsonBody as { error: string }).error).toContain(message);
    expect(client.startNew).not.toHaveBeenCalled();
  });

  it("answers 409 when the order exists, even if it is closed", async () => {
    client.getStatus.mockResolvedValue({ name: "processOrder", output: { status: "Shipped" } });

    expect(await placeOrder(aRequest({ ...ORDER, id: "o-1" }), aContext())).toMatchObject({ status: 409 });
    expect(client.startNew).not.toHaveBeenCalled();
  });
});

describe("getOrder", () => {
  it("shows progress and result", async () => {
    client.getStatus.mockResolvedValue({
      name: "processOrder",
      runtimeStatus: "Running",
      customStatus: { stage: "Shipping" },
      output: null,
      createdTime: "2026-01-05T08:00:00Z",
      lastUpdatedTime: "2026-01-05T08:00:01Z",
    });

    expect((await getOrder(aRequest(undefined, { id: "o-1" }), aContext())).jsonBody).toEqual({
      id: "o-1",
      runtimeStatus: "Running",
      progress: { stage: "Shipping" },
      result: null,
      placedAt: "2026-01-05T08:00:00Z",
      updatedAt: "2026-01-05T08:00:01Z",
    });
  });

  it("answers 404 to an unknown id and to an instance of another orchestrator", async () => {
    expect((await getOrder(aRequest(undefined, { id: "none" }), aContext())).status).toBe(404);
    client.getStatus.mockResolvedValue({ name: "helloCities" });
    expect((await getOrder(aRequest(undefined, { id: "hello" }), aContext())).status).toBe(404);
  });

  it("passes on that the store cannot be read", async () => {
    client.getStatus.mockRejectedValue(new Error("unexpected status code: 500"));

    await expect(getOrder(aRequest(undefined, { id: "o-1" }), aContext())).rejects.toThrow("500");
  });
});

describe("approveOrder", () => {
  const running = { name: "processOrder", output: null };

  it.each([
    ["an empty body", undefined, { approved: true }],
    ["a rejection", { approved: false, by: "Grace" }, { approved: false, by: "Grace" }],
  ])("raises the event for %s", async (_what, body, payload) => {
    client.getStatus.mockResolvedValue(running);

    expect(await approveOrder(aRequest(body, { id: "o-1" }), aContext())).toMatchObject({ status: 202 });
    expect(client.raiseEvent).toHaveBeenCalledWith("o-1", "Approval", payload);
  });

  it.each([[{ approved: "yes" }], [{ by: 7 }], [[]]])("answers 400 to %j", async (body) => {
    client.getStatus.mockResolvedValue(running);

    expect(await approveOrder(aRequest(body, { id: "o-1" }), aContext())).toMatchObject({ status: 400 });
    expect(client.raiseEvent).not.toHaveBeenCalled();
  });

  it("answers 404 to an unknown order and 409 to a closed one", async () => {
    expect(await approveOrder(aRequest(undefined, { id: "o-1" }), aContext())).toMatchObject({ status: 404 });
    client.getStatus.mockResolvedValue({ name: "processOrder", output: { status: "Shipped" } });
    expect(await approveOrder(aRequest(undefined, { id: "o-1" }), aContext())).toMatchObject({ status: 409 });
  });
});

describe("inventory triggers", () => {
  it("read the entity", async () => {
    client.readEntityState.mockResolvedValue({
      entityExists: true,
      entityState: { available: 3, reservations: { a: 2 } },
    });

    const answer = await getInventory(aRequest(undefined, { sku: "book" }), aContext());

    expect(answer.jsonBody).toEqual({ sku: "book", available: 3, reserved: 2 });
  });

  it("answer 404 for an SKU that was never stocked", async () => {
    client.readEntityState.mockResolvedValue({ entityExists: false });

    expect((await getInventory(aRequest(undefined, { sku: "book" }), aContext())).status).toBe(404);
  });

  it("signal the entity to add stock", async () => {
    const answer = await addInventory(aRequest({ quantity: 10 }, { sku: "book" }), aContext());

    expect(answer).toEqual({ status: 202, jsonBody: { sku: "book", added: 10 } });
    expect(client.signalEntity).toHaveBeenCalledWith(new df.EntityId("inventory", "book"), "add", 10);
  });

  it.each([[{ quantity: 0 }], [{ quantity: 1.5 }], [{ quantity: "10" }], [undefined], ["{"]])(
    "answer 400 to the body %j",
    async (body) => {
      expect((await addInventory(aRequest(body, { sku: "book" }), aContext())).status).toBe(400);
      expect(client.signalEntity).not.toHaveBeenCalled();
    },
  );

  it("answer 400 to an SKU that cannot be an entity key", async () => {
    expect((await getInventory(aRequest(undefined, { sku: "a b" }), aContext())).status).toBe(400);
    expect((await addInventory(aRequest({ quantity: 1 }, { sku: "a b" }), aContext())).status).toBe(400);
  });
});

describe("startOrchestrator", () => {
  it("passes the body on as input", async () => {
    await startOrchestrator(aRequest({ skus: ["a"] }, { functionName: "stockReport" }), aContext());

    expect(client.startNew).toHaveBeenCalledWith("stockReport", { input: { skus: ["a"] } });
  });

  it("answers 400 with the reason when there is no such orchestrator", async () => {
    client.startNew.mockRejectedValue(new Error("The function 'nope' doesn't exist"));

    const answer = (await startOrchestrator(
      aRequest(undefined, { functionName: "nope" }),
      aContext(),
    )) as HttpResponseInit;

    expect(answer).toMatchObject({
      status: 400,
      jsonBody: { error: "Cannot start nope: The function 'nope' doesn't exist" },
    });
  });
});

describe("background triggers", () => {
  it("start an order under the id of the queue message", async () => {
    await startOrderFromQueue(ORDER, aContext({ id: "m-1" }));

    expect(client.startNew).toHaveBeenCalledWith("processOrder", expect.objectContaining({ instanceId: "queue-m-1" }));
  });

  it("fail on a message that is no order, so that it ends in the poison queue", async () => {
    await expect(startOrderFromQueue("hello", aContext())).rejects.toThrow("not a valid order");
  });

  it("start the stock report with the configured SKUs", async () => {
    await nightlyStockReport({ isPastDue: true } as Timer, aContext());

    expect(client.startNew).toHaveBeenCalledWith("stockReport", { input: { skus: [] } });
  });
});
