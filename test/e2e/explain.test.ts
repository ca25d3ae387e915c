import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { InstanceStatus, ManagementClient } from "@durable-host/testkit";
import { LiveApp } from "./live-app";
import { addStock, anOrder, placeOrder, startReferenceApp } from "./reference-app";

const DURABLE = "/runtime/webhooks/durabletask";
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

interface Explanation {
  readonly text: string;
  readonly waitsFor: readonly { readonly type: string; readonly text: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

async function explain(client: ManagementClient, instanceId: string): Promise<Explanation> {
  const answer = await client.get(`${DURABLE}/instances/${encodeURIComponent(instanceId)}/explain`);
  expect(answer.status).toBe(200);
  return answer.body as Explanation;
}

/** A critical section that its holder leaves when told to. */
const SECTIONS = `
  const df = require("durable-functions");
  df.app.entity("seat", (context) => context.df.return(context.df.operationName));
  df.app.orchestration("books", function* (context) {
    const lock = yield context.df.lock([new df.EntityId("seat", "1A")]);
    context.df.setCustomStatus("booking");
    yield context.df.waitForExternalEvent("Paid");
    lock.release();
  });`;

describe("an order of the reference app that waits for approval", () => {
  it("explains that it waits for the event and for its deadline, and where the code asks for them", async () => {
    await startReferenceApp(fixture);
    const client = await fixture.client();
    await addStock(client, "chair", 1);
    const id = await placeOrder(client, anOrder({ lines: [{ sku: "chair", quantity: 1, unitPrice: 5000 }] }));
    const isWaiting = ({ customStatus }: InstanceStatus): boolean =>
      (customStatus as { stage?: string } | null)?.stage === "AwaitingApproval";
    const { customStatus } = await client.waitFor(id, isWaiting);
    const { approveBefore } = customStatus as { approveBefore: string };

    const explanation = await explain(client, id);
    expect(explanation).toMatchObject({
      name: "processOrder",
      instanceId: id,
      runtimeStatus: "Running",
      lastUpdatedTime: expect.stringMatching(ISO),
      asOf: expect.stringMatching(ISO),
      lock: null,
      waitsForCount: 2,
      waitsFor: [
        { type: "ExternalEvent", name: "Approval", position: expect.stringMatching(/await-approval\.[jt]s:\d+:\d+/) },
        { type: "Timer", fireAt: approveBefore, since: expect.stringMatching(ISO), awaited: true },
      ],
    });
    expect(explanation.text).toMatch(/^Running; waits for external event 'Approval' .*, and 1 more$/);
    expect(explanation.waitsFor[1]?.text).toContain(`waits for a timer (`);

    await client.post(`/api/orders/${id}/approve`);
    await client.waitForEnd(id);
    expect(await explain(client, id)).toMatchObject({ waitsFor: [], ended: { status: "Completed" } });
    expect((await client.get(`${DURABLE}/instances/nobody/explain`)).status).toBe(404);
  });
});

describe("an instance that is kept out of a critical section", () => {
  it("names the entity and the holder of its lock, from both sides", async () => {
    await fixture.start({ scriptRoot: new LiveApp(fixture, SECTIONS).scriptRoot });
    const client = await fixture.client();
    await client.start("books", undefined, "first");
    await client.waitFor("first", ({ customStatus }) => customStatus === "booking");
    await client.start("books", undefined, "second");

    const second = await waitUntil("the second to be queued", async () => {
      const explanation = await explain(client, "second");
      const { heldUpBy } = (explanation.waitsFor[0] ?? {}) as { heldUpBy?: { queueLength: number } };
      return heldUpBy?.queueLength === 1 ? explanation : undefined;
    });
    expect(second.waitsFor).toMatchObject([
      { type: "CriticalSection", entities: ["@seat@1A"], heldUpBy: { entity: "@seat@1A", lockedBy: "first" } },
    ]);
    expect(second.text).toContain("'@seat@1A' is locked by 'first'");
    expect((await explain(client, "first"))["holds"]).toMatchObject({ entities: ["@seat@1A"] });
    expect((await explain(client, "@seat@1A"))["entity"]).toMatchObject({ lockedBy: "first", queueLength: 1 });

    for (const id of ["first", "second"]) {
      await client.raiseEvent(id, "Paid", null);
      expect((await client.waitForEnd(id)).runtimeStatus).toBe("Completed");
    }
  });
});

describe("a search", () => {
  it("finds instances by name, tags and custom status, page by page, and purges what it finds [DF15, DF16, DF17]", async () => {
    await fixture.start({ scriptRoot: new LiveApp(fixture, SECTIONS).scriptRoot });
    const client = await fixture.client();
    for (const [id, tenant] of ["a", "b", "a"].entries()) {
      const start = await client.post(`${DURABLE}/orchestrators/books/b${id}?tag=tenant:${tenant}&tag=kind:test`);
      expect(start.status).toBe(202);
      await client.waitFor(`b${id}`, ({ customStatus }) => customStatus === "booking");
      await client.raiseEvent(`b${id}`, "Paid", null);
      await client.waitForEnd(`b${id}`);
    }
    const filter = "name=BOOKS&tag=tenant:a&tag=kind:test&customStatus=book&runtimeStatus=Completed";
    const { instances, pages } = await client.list(`${filter}&top=1`);
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(["b0", "b2"]);
    expect(Math.max(...pages)).toBe(1);
    expect(instances[0]).toMatchObject({
      tags: { tenant: "a", kind: "test" },
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect((await client.get(`${DURABLE}/instances?tag=tenant`)).status).toBe(400);

    const purged = await client.request("DELETE", `${DURABLE}/instances?createdTimeFrom=2020-01-01&${filter}`);
    expect(purged.body).toMatchObject({ instancesDeleted: 2 });
    expect((await client.list("name=books")).instances.map(({ instanceId }) => instanceId)).toEqual(["b1"]);
  });
});
