import { HostFixture } from "@durable-host/testkit";
import type { HostProcess, InstanceStatus, ManagementClient } from "@durable-host/testkit";
import { ACCEPTANCE_APP } from "./reference-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
let host: HostProcess;
let client: ManagementClient;

beforeAll(async () => {
  host = await fixture.start({ scriptRoot: ACCEPTANCE_APP, args: ["--verbose"] });
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

async function ended(name: string, input?: unknown): Promise<InstanceStatus> {
  return client.waitForEnd(await client.start(name, input));
}

describe("an activity", () => {
  it("gets its input as it was passed, and its caller the result [DF33]", async () => {
    const values = ["text", "5", "{}", "", '"quoted"', 5, 0, -1.5, true, false, [1, "a", [null]], { a: { b: "5" } }];
    const { output } = await ended("passesValues", values);

    const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);
    expect(output).toEqual(values.map((value) => ({ type: typeOf(value), value })));
  });

  it("gets null as null [DF33]", async () => {
    expect((await ended("passesValues", [null])).output).toEqual([{ type: "null", value: null }]);
  });

  it("that returns nothing gives its caller null [DF34]", async () => {
    const { output } = await ended("takesNothing");
    expect(output).toEqual({ result: null });
  });

  it("that throws gives its caller an error that names it and says why [DF35]", async () => {
    const { runtimeStatus, output } = await ended("catches", "there is no stock");
    expect(runtimeStatus).toBe("Completed");
    expect(output).toMatch(/^Activity function 'throwError' failed:.*there is no stock/);
  });
});

describe("a payload of a megabyte", () => {
  it("arrives unchanged as input, as result of an activity, as event and as output [DF89]", async () => {
    const large = { text: "äöü€".repeat(262_144) };
    const echoed = await ended("echo", large);
    expect(JSON.stringify(echoed.input) === JSON.stringify(large)).toBe(true);
    expect(JSON.stringify(echoed.output) === JSON.stringify(large)).toBe(true);

    const id = await client.start("waits");
    expect((await client.raiseEvent(id, "go", large)).status).toBe(202);
    expect(JSON.stringify((await client.waitForEnd(id)).output) === JSON.stringify(large)).toBe(true);
  });
});

describe("an orchestrator that throws", () => {
  it("is Failed with what its activity said, when it does not catch that [DF36]", async () => {
    const { runtimeStatus, output } = await ended("fails", "there is no stock");
    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(
      /^Orchestrator function 'fails' failed: Activity function 'throwError' failed:.*there is no stock/,
    );
  });

  it("before it has waited for anything is Failed with its message [DF37]", async () => {
    expect(await ended("throwsAtOnce", "not even begun")).toMatchObject({
      runtimeStatus: "Failed",
      output: "Orchestrator function 'throwsAtOnce' failed: not even begun",
    });
  });

  it.each([
    ["an error without a message", "empty", "it threw an error without a message."],
    ["a string", "just a text", "just a text"],
    ["an object", { code: 7 }, 'it threw a value that is no Error: {"code":7}'],
    ["null", null, "it threw a value that is no Error: null"],
  ])("is Failed also when it throws %s [DF38]", async (_what, thrown, text) => {
    const { runtimeStatus, output } = await ended("throwsOddly", thrown);
    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(/^Orchestrator function 'throwsOddly' failed: /);
    expect(output).toContain(text);
  });
});

describe("the log", () => {
  it("holds nothing of inputs, results, events, states and statuses [DF88]", async () => {
    const secret = "do-not-print-me";
    await ended("echo", { secret });
    const waiting = await client.start("waits", secret);
    await client.raiseEvent(waiting, "go", { secret });
    await client.waitForEnd(waiting);
    await client.signalEntity("notes", secret, "add", { secret });
    await ended("callsByName", { entity: "notes", secret });
    await client.control(await client.start("waits", secret), "terminate", secret);
    const late = await client.start("echo", secret);
    await client.waitForEnd(late);

    await host.prints("Functions.echo");
    expect(host.output).not.toContain(secret);
  });

  it("has a line of the code once, however often the code is replayed [DF88]", async () => {
    await ended("logsOnce", "do-not-print-me");

    const lines = host.output.split("\n").filter((line) => line.includes("reached step"));
    expect(lines.map((line) => line.replace(/^.*reached/, "reached"))).toEqual([
      "reached step 1",
      "reached step 2",
      "reached step 3",
    ]);
    const runs = host.output.split("Executing 'Functions.logsOnce'").length - 1;
    expect(runs).toBeLessThanOrEqual(4);
  });
});
