import { HostFixture } from "@durable-host/testkit";
import type { HostProcess, ManagementClient } from "@durable-host/testkit";
import { startReferenceApp } from "./reference-app";

const GREETINGS = ["Hello Tokyo", "Hello Seattle", "Hello London"];
jest.setTimeout(60_000);
const fixture = new HostFixture();
let host: HostProcess;
let client: ManagementClient;

beforeAll(async () => {
  host = await startReferenceApp(fixture);
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

describe("hello cities over HTTP", () => {
  it("is answered 202 with URLs that lead to the greetings", async () => {
    const started = await client.post("/api/orchestrators/helloCities");
    const links = started.body as Record<string, string>;

    expect(started.status).toBe(202);
    expect(started.headers.get("retry-after")).toBe("10");
    expect(started.headers.get("location")).toBe(links["statusQueryGetUri"]);
    expect(Object.keys(links)).toEqual(
      expect.arrayContaining(["id", "sendEventPostUri", "terminatePostUri", "suspendPostUri", "purgeHistoryDeleteUri"]),
    );

    await client.waitForEnd(String(links["id"]));
    const status = await client.get(String(links["statusQueryGetUri"]));
    expect(status.status).toBe(200);
    expect(status.body).toMatchObject({ name: "helloCities", runtimeStatus: "Completed", output: GREETINGS });
  });

  it("is answered with the output itself when the client asks to wait", async () => {
    const answer = await client.post(
      "/runtime/webhooks/durabletask/orchestrators/helloCities?timeout=30&pollingInterval=1",
    );

    expect([answer.status, answer.body]).toEqual([200, GREETINGS]);
  });

  it("keeps a history of three activities, each scheduled and completed once", async () => {
    const id = await client.start("helloCities");
    await client.waitForEnd(id);
    const rows = await client.history(id);

    expect(
      rows.filter((row) => row.EventType === "TaskCompleted").map((row) => [row.FunctionName, row.Result]),
    ).toEqual(GREETINGS.map((greeting) => ["sayHello", greeting]));
    expect(rows[0]).toMatchObject({ EventType: "ExecutionStarted", FunctionName: "helloCities" });
    expect(rows.at(-1)).toMatchObject({ EventType: "ExecutionCompleted", OrchestrationStatus: "Completed" });
  });

  it("can be given an instance id, once", async () => {
    expect(await client.start("helloCities", undefined, "my-cities")).toBe("my-cities");
    await client.waitForEnd("my-cities");
  });
});

describe("the host", () => {
  it("lists the functions with their URLs when it starts, as func start does [FH4]", async () => {
    await host.prints("Functions:");
    await host.prints(new RegExp(`startOrchestrator: \\[POST\\] ${host.url}/api/orchestrators/\\{functionName\\}`));
    await host.prints("helloCities: orchestrationTrigger");
    await host.prints("Function startOrderFromQueue is disabled.");
    await host.prints("nightlyStockReport: timerTrigger");
  });

  it("answers 404 where nothing is", async () => {
    expect((await client.get("/api/nothing-here")).status).toBe(404);
    expect((await client.get("/api/orders")).status).toBe(404);
  });
});
