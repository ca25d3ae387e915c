import { createHash } from "node:crypto";
import { HostFixture, waitUntil, type ManagementClient } from "@durable-host/testkit";
import { LiveApp } from "./live-app";

jest.setTimeout(180_000);
const fixture = new HostFixture();
afterAll(() => fixture.dispose());

const APP = `
  const df = require("durable-functions");
  const { createHash } = require("node:crypto");
  const told = (text) => ({ length: text.length, hash: createHash("sha256").update(text).digest("hex") });
  df.app.activity("repeat", { handler: ({ text, times }) => text.repeat(times) });
  df.app.activity("tell", { handler: (text) => told(text) });
  df.app.entity("box", (context) => {
    if (context.df.operationName === "put") context.df.setState(context.df.getInput());
    else context.df.return(context.df.getState());
  });
  df.app.orchestration("child", function* (context) {
    return context.df.getInput();
  });
  df.app.orchestration("carries", function* (context) {
    const input = context.df.getInput();
    const repeated = yield context.df.callActivity("repeat", { text: "0123456789", times: input.length / 10 });
    const passed = yield context.df.callActivity("tell", input);
    context.df.setCustomStatus("waiting");
    const event = yield context.df.waitForExternalEvent("go");
    return { passed, repeated: told(repeated), event };
  });
  df.app.orchestration("handsOn", function* (context) {
    const input = context.df.getInput();
    const box = new df.EntityId("box", context.df.instanceId);
    const child = yield context.df.callSubOrchestrator("child", input);
    yield context.df.callEntity(box, "put", child);
    return yield context.df.callEntity(box, "get");
  });`;

/** What the app tells of a text. */
const told = (text: string) => ({ length: text.length, hash: createHash("sha256").update(text).digest("hex") });

let client: ManagementClient;
beforeAll(async () => {
  await fixture.start({ scriptRoot: new LiveApp(fixture, APP).scriptRoot });
  client = await fixture.client();
});

/** No character that JSON escapes, several that UTF-8 lengthens. */
function aText(length: number): string {
  return "größer…so ".repeat(length / 20) + "0123456789".repeat(length / 20);
}

/** Looks at the status without the input: reading ten megabytes again and again takes longer than what is waited for. */
async function untilWaiting(id: string): Promise<void> {
  const look = async () => (await client.status(id, "showInput=false"))?.customStatus === "waiting" || undefined;
  await waitUntil("the orchestration to wait for its event", look, { timeoutMs: 60_000 });
}

describe.each([
  ["1 MB", 1_000_000],
  ["10 MB", 10_000_000],
])("a payload of %s", (_, length) => {
  it("goes unchanged through input, activities, event, output and history [DF89]", async () => {
    const input = aText(length);
    const id = await client.start("carries", input);
    await untilWaiting(id);
    const event = aText(length).replaceAll("so", "to");
    expect((await client.raiseEvent(id, "go", event)).status).toBe(202);

    const status = await client.waitForEnd(id, { timeoutMs: 60_000, intervalMs: 500 });
    expect(status.runtimeStatus).toBe("Completed");
    const output = status.output as { readonly event: string; readonly passed: object; readonly repeated: object };
    // Compared here: a matcher would print what differs.
    expect(output.event === event).toBe(true);
    expect(status.input === input).toBe(true);
    expect(output.passed).toEqual(told(input));
    expect(output.repeated).toEqual(told("0123456789".repeat(length / 10)));
    const results = (await client.history(id)).map(({ Result }) => Result);
    expect(results.filter((result) => typeof result === "string" && result.length === length)).toHaveLength(1);
  });
});

it("hands a payload of 1 MB on to a sub-orchestration and an entity, and back [DF89]", async () => {
  const input = aText(1_000_000);
  const status = await client.waitForEnd(await client.start("handsOn", input), { timeoutMs: 60_000 });
  expect(status.runtimeStatus).toBe("Completed");
  expect(status.output === input).toBe(true);
});
