import { HostFixture } from "@durable-host/testkit";
import { CompiledApp } from "./compiled-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

/** An orchestrator that runs this activity in its line 9, waits for an event, and says how it went on. */
const orderCode = (activity: string, end: string): string =>
  `import type { OrchestrationHandler } from "durable-functions";
import * as df from "durable-functions";

/** What the order is about. */
interface Order { readonly sku: string }

const order: OrchestrationHandler = function* (context) {
  const input: Order = context.df.getInput();
  const done: string = yield context.df.callActivity("${activity}", input.sku);
  context.df.setCustomStatus("waiting");
  yield context.df.waitForExternalEvent("go");
  return \`\${done} ${end}\`;
};
df.app.orchestration("order", order);
`;

const ACTIVITIES = `import * as df from "durable-functions";
df.app.activity("reserve", { handler: (sku: string) => "reserved " + sku });
df.app.activity("charge", { handler: (sku: string) => "charged " + sku });
`;

/** Starts an instance, then a host with changed code, which is shown the event the instance waits for. */
async function changeWhileWaiting(durableTask: object) {
  const app = new CompiledApp(fixture, durableTask);
  app.write("src/activities/stock.ts", ACTIVITIES);
  app.write("src/orchestrators/order.ts", orderCode("reserve", "before"));
  const host = await fixture.start({ scriptRoot: app.scriptRoot });
  const client = await fixture.client();
  const id = await client.start("order", { sku: "chair" });
  await client.waitFor(id, (status) => status.customStatus === "waiting");
  await host.stop();
  app.write("src/orchestrators/order.ts", orderCode("charge", "changed"));
  const changed = await fixture.start({ scriptRoot: app.scriptRoot });
  await client.raiseEvent(id, "go", true);
  return { app, client, id, host: changed };
}

const MESSAGE =
  /A previous execution of this orchestration scheduled an activity task named 'reserve' with sequence ID 0, but when its code was replayed it asked for an activity task named 'charge' at that position \(src\/orchestrators\/order\.ts:9:41\)/;

describe("orchestrator code that is changed while instances run", () => {
  it("fails them, naming file and line of the source [DF81]", async () => {
    const { client, id } = await changeWhileWaiting({});
    const { runtimeStatus, output } = await client.waitForEnd(id);
    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(MESSAGE);
  });

  it("holds them if it is to, until they are resumed with mended code [DF81]", async () => {
    const { app, client, id, host } = await changeWhileWaiting({ nonDeterminismFailureStrategy: "Hold" });
    await client.waitFor(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    const suspension = (await client.history(id)).find((row) => row.EventType === "ExecutionSuspended");
    expect(suspension?.Reason).toMatch(MESSAGE);
    await host.prints(MESSAGE);
    await host.stop();

    app.write("src/orchestrators/order.ts", orderCode("reserve", "mended"));
    await fixture.start({ scriptRoot: app.scriptRoot });
    expect((await client.control(id, "resume", "mended")).status).toBe(202);
    expect(await client.waitForEnd(id)).toMatchObject({
      runtimeStatus: "Completed",
      output: "reserved chair mended",
    });
  });
});

describe("a host of an older version than an instance", () => {
  it("leaves it waiting; it goes on in a host of its version [DF79]", async () => {
    const older = new CompiledApp(fixture, { defaultVersion: "1.0" });
    const newer = new CompiledApp(fixture, { defaultVersion: "2.0" });
    for (const app of [older, newer]) {
      app.write("src/activities/stock.ts", ACTIVITIES);
      app.write("src/orchestrators/order.ts", orderCode("reserve", "and shipped"));
    }
    const host = await fixture.start({ scriptRoot: older.scriptRoot });
    const client = await fixture.client();
    const path = "/runtime/webhooks/durabletask/orchestrators/order?version=2.0";
    const { id } = (await client.post(path, { sku: "chair" })).body as { readonly id: string };
    const current = await client.start("order", { sku: "table" });
    await client.waitFor(current, (status) => status.customStatus === "waiting");
    expect((await client.status(id))?.runtimeStatus).toBe("Pending");
    await host.prints(`'${id}' is left waiting for another host`);
    await host.stop();

    await fixture.start({ scriptRoot: newer.scriptRoot });
    await client.raiseEvent(id, "go", true);
    expect((await client.waitForEnd(id)).output).toBe("reserved chair and shipped");
    await client.raiseEvent(current, "go", true);
    expect((await client.waitForEnd(current)).output).toBe("reserved table and shipped");
  });
});

const VERSIONS = `import { app } from "@azure/functions";
import * as df from "durable-functions";

df.app.orchestration("own", function* (context) {
  return context.df.version;
});
df.app.orchestration("versions", function* (context) {
  const inherited: string = yield context.df.callSubOrchestrator("own");
  const named: string = yield context.df.callSubOrchestrator("own", undefined, undefined, "1.1");
  return [context.df.version, inherited, named];
});
app.http("start", {
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const version = request.query.get("version");
    const id = await df.getClient(context).startNew("versions", version === null ? {} : { version });
    return { jsonBody: { id } };
  },
});
`;

describe("context.df.version", () => {
  it("is the defaultVersion, or what startNew and callSubOrchestrator name [DF78]", async () => {
    const app = new CompiledApp(fixture, { defaultVersion: "2.0" });
    app.write("src/versions.ts", VERSIONS);
    await fixture.start({ scriptRoot: app.scriptRoot });
    const client = await fixture.client();
    const run = async (query: string) => {
      const { id } = (await client.get(`/api/start${query}`)).body as { readonly id: string };
      return (await client.waitForEnd(id)).output;
    };
    expect(await run("")).toEqual(["2.0", "2.0", "1.1"]);
    expect(await run("?version=1.9")).toEqual(["1.9", "2.0", "1.1"]);
  });
});
