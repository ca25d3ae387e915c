import type * as Durable from "durable-functions";
import * as kit from "../../src/testing";
import { registeredApp } from "../../src/testing/app";

type Sdk = typeof Durable;

/** Loads an app whose only orchestrator answers with this, as a test file's import would. */
function loadApp(answer: string): void {
  const df = require("durable-functions") as Sdk;
  df.app.activity("answer", { handler: () => answer });
  df.app.orchestration("answers", function* ({ df: context }) {
    return yield context.callActivity("answer");
  });
}

async function answerOf({ createTestHub }: Pick<typeof kit, "createTestHub">): Promise<unknown> {
  const hub = await createTestHub();
  const { output } = await hub.run("answers");
  await hub.dispose();
  return output;
}

afterEach(() => jest.resetModules());

describe("an app in a test file", () => {
  it("finds nobody to register with before the kit is loaded, and the kit says so", async () => {
    await expect(kit.createTestHub()).rejects.toThrow('Import "durable-host/testing" before the files of the app');
  });

  it("registers with the kit, and anew each time its modules are loaded anew", async () => {
    loadApp("first");
    expect(await answerOf(kit)).toBe("first");
    jest.resetModules();
    loadApp("second");
    expect(await answerOf(kit)).toBe("second");
  });

  it("registers with the kit that was loaded with it", async () => {
    loadApp("old");
    jest.resetModules();
    const reloaded = require("../../src/testing") as typeof kit;
    loadApp("new");

    expect(await answerOf(reloaded)).toBe("new");
  });

  it("sees its appStart hooks run once, before its first function", async () => {
    loadApp("hooked");
    const events: string[] = [];
    registeredApp().core.registerHook("appStart", () => events.push("appStart"));
    registeredApp().core.registerHook("preInvocation", () => events.push("preInvocation"));
    const hub = await kit.createTestHub({ mode: "resident" });
    await hub.run("answers");
    await hub.dispose();
    await answerOf(kit);

    expect(events.slice(0, 2)).toEqual(["appStart", "preInvocation"]);
    expect(events.filter((event) => event === "appStart")).toHaveLength(1);
  });
});
