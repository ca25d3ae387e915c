import { createTestHub, type TestHub } from "../../src/testing";
// After the kit, as in the tests of users.
import { app, type HttpRequest, type InvocationContext, type Timer } from "@azure/functions";
import * as df from "durable-functions";

const DAY = 24 * 60 * 60 * 1000;
const START = new Date("2030-01-01T00:00:00.000Z");

df.app.activity("echo", { handler: (value: unknown) => value });
df.app.orchestration("waits", function* ({ df: context }) {
  yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + DAY));
  return yield context.callActivity("echo", context.getInput());
});
app.http("start", {
  route: "orders/{id}",
  methods: ["POST"],
  extraInputs: [df.input.durableClient()],
  async handler(request: HttpRequest, context: InvocationContext) {
    const client = df.getClient(context);
    const instanceId = await client.startNew("waits", {
      instanceId: request.params["id"],
      input: await request.json(),
    });
    return client.createCheckStatusResponse(request, instanceId);
  },
});
app.http("broken", {
  handler: () => {
    throw new Error("broken");
  },
});
app.storageQueue("fromQueue", {
  queueName: "orders",
  connection: "Storage",
  extraInputs: [df.input.durableClient()],
  handler: (message, context) =>
    df
      .getClient(context)
      .startNew("waits", { instanceId: `queue-${String(context.triggerMetadata?.["id"])}`, input: message }),
});
app.timer("nightly", {
  schedule: "0 0 2 * * *",
  extraInputs: [df.input.durableClient()],
  handler: async (timer: Timer, context) => {
    await df.getClient(context).startNew("waits", { instanceId: `late-${timer.isPastDue}` });
  },
});

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub({ startTime: START });
});
afterEach(() => hub.dispose());

describe("triggers in a test hub", () => {
  it("are reached by their routes, with the app's own durable client", async () => {
    const answer = await hub.fetch("/api/orders/o-1", { method: "POST", body: JSON.stringify({ sku: "book" }) });

    expect(answer.status).toBe(202);
    expect(hub.now()).toEqual(START);
    await expect(hub.waitFor("o-1")).resolves.toMatchObject({ output: { sku: "book" } });
    expect(hub.now().getTime()).toBe(START.getTime() + DAY);
  });

  it("answer with links that can be followed", async () => {
    const started = await hub.fetch("/api/orders/o-1", { method: "POST", body: "1" });
    const { statusQueryGetUri, terminatePostUri } = (await started.json()) as Record<string, string>;
    await hub.fetch(String(terminatePostUri).replace("{text}", "enough"), { method: "POST" });
    await hub.waitFor("o-1");

    const status = await hub.fetch(String(statusQueryGetUri));
    expect(status.status).toBe(200);
    await expect(status.json()).resolves.toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
  });

  it("are answered 404 for a path of nobody's, and 500 when they throw", async () => {
    expect((await hub.fetch("/api/none")).status).toBe(404);
    expect((await hub.fetch("/api/broken")).status).toBe(500);
    expect(hub.logs.map(({ message }) => message).join()).toContain('The function "broken" failed: Error: broken');
  });

  it("can be run with a message, or a schedule, of the test's", async () => {
    await expect(hub.invoke("fromQueue", { sku: "lamp" }, { id: "7" })).resolves.toBe("queue-7");
    await hub.invoke("nightly", { isPastDue: true });

    await expect(hub.waitFor("queue-7")).resolves.toMatchObject({ output: { sku: "lamp" } });
    await expect(hub.status("late-true")).resolves.toMatchObject({ name: "waits" });
  });

  it("reject with what they throw", async () => {
    await expect(hub.invoke("nothing")).rejects.toThrow("The app has no function named 'nothing'.");
  });

  it("are not served any more once the hub has been disposed of", async () => {
    await hub.dispose();
    await expect(hub.fetch("/api/orders/o-2", { method: "POST", body: "1" })).rejects.toThrow("disposed of");
    await expect(hub.invoke("nightly", {})).rejects.toThrow("disposed of");
  });
});
