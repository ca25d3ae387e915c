import { RetryOptions } from "durable-functions";
import { RecordingLogger } from "../../packages/functions/test/fixtures/recording-logger";
import { InProcessHub, type App, type HubSettings, type Orchestrator } from "./in-process-hub";

const activities = {
  work: (key: string) => key,
  fail: (key: string): never => {
    throw new Error(`${key} is broken`);
  },
};

/** An app whose orchestrator `order` has this code. */
const appOf = (order: Orchestrator): App => ({ activities, orchestrators: { order } });

/** What the instance is started with: an activity, then the event `go`, then another activity. */
const before: Orchestrator = function* ({ df }) {
  const first: string = yield df.callActivity("work", "first");
  df.setCustomStatus("waiting");
  yield df.waitForExternalEvent("go");
  const second: string = yield df.callActivity("work", "second");
  return [first, second];
};

const HOLD: HubSettings = { limits: { onNonDeterminism: "Hold" } };

let hub: InProcessHub | undefined;
afterEach(() => hub?.stop());

/** Starts an instance on the old code; then a host with the new code shows it an event. */
async function changeWhileWaiting(after: Orchestrator, settings: HubSettings = {}, old = before, app = appOf(after)) {
  hub = await InProcessHub.start(appOf(old));
  const id = await hub.startUntil("order", "waiting");
  hub = await hub.restart(app, settings);
  await hub.hub.raiseEvent(id, "go", null);
  return { hub, id };
}

/** The message of the failure that the new code leads to. */
async function failureOf(after: Orchestrator, old?: Orchestrator): Promise<string> {
  const { hub: changed, id } = await changeWhileWaiting(after, {}, old);
  const { runtimeStatus, output } = await changed.end(id);
  expect(runtimeStatus).toBe("Failed");
  return output ?? "";
}

const HERE = /test\/semantics\/non-determinism\.test\.ts:\d+:\d+/;

describe("code that disagrees with its history", () => {
  it("fails with what was expected, what it did instead, and where [DF81]", async () => {
    const output = await failureOf(function* ({ df }) {
      yield df.callActivity("other", "first");
    });
    expect(output).toMatch(
      /^Orchestrator function 'order' failed: Non-deterministic orchestrator: A previous execution of this orchestration scheduled an activity task named 'work' with sequence ID 0, but when its code was replayed it asked for an activity task named 'other' at that position \(/,
    );
    expect(output).toMatch(HERE);
  });

  it.each<[string, Orchestrator, string | RegExp]>([
    [
      "waits for something that has no position",
      function* ({ df }) {
        yield df.waitForExternalEvent("approval");
      },
      /asked for nothing at that position: it waited for the external event 'approval' \(.*non-determinism\.test\.ts:\d+:\d+\)/,
    ],
    [
      "has returned",
      // oxlint-disable-next-line require-yield -- code that has lost all its steps
      function* () {
        return "done";
      },
      "it asked for nothing at that position: it had completed.",
    ],
    [
      "has thrown",
      // oxlint-disable-next-line require-yield -- code that fails before its steps
      function* () {
        throw new Error("not today");
      },
      "it had failed (Orchestrator function 'order' failed: not today)",
    ],
    [
      "continues as new",
      // oxlint-disable-next-line require-yield -- code that has lost all its steps
      function* ({ df }) {
        df.continueAsNew(1);
      },
      "it had continued as new",
    ],
    [
      "creates a timer",
      function* ({ df }) {
        yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
      },
      "it asked for a timer task at that position",
    ],
    [
      "signals an entity before",
      function* ({ df }) {
        const { EntityId } = require("durable-functions");
        df.signalEntity(new EntityId("counter", "c"), "add", 1);
        yield df.callActivity("work", "first");
      },
      /it asked for an event named 'op to @counter@c' at that position \(.*non-determinism\.test\.ts:\d+:\d+\)/,
    ],
  ])("is told when it %s [DF81]", async (_what, after, message) => {
    expect(await failureOf(after)).toMatch(message);
  });

  it("is found in a later attempt of a retried task, too [DF81]", async () => {
    const old: Orchestrator = function* ({ df }) {
      try {
        yield df.callActivityWithRetry("fail", new RetryOptions(1, 2), "it");
      } catch {
        df.setCustomStatus("waiting");
      }
      yield df.waitForExternalEvent("go");
    };
    const output = await failureOf(function* ({ df }) {
      try {
        yield df.callActivity("fail", "it");
      } catch {
        yield df.waitForExternalEvent("go");
      }
    }, old);
    expect(output).toContain(
      "scheduled a timer task with sequence ID 1, but when its code was replayed it asked for nothing",
    );
  });

  it("fails in the same way whether instances stay resident or are always replayed [DF81]", async () => {
    let environment = "work";
    const dependent: Orchestrator = function* ({ df }) {
      yield df.callActivity(environment, "first");
      df.setCustomStatus("waiting");
      yield df.waitForExternalEvent("go");
    };
    const outputs: (string | null)[] = [];
    for (const mode of ["resident", "replay"] as const) {
      environment = "work";
      hub = await InProcessHub.start(appOf(dependent), mode);
      const id = await hub.startUntil("order", "waiting");
      hub = await hub.restart(appOf(dependent));
      environment = "fail";
      await hub.hub.raiseEvent(id, "go", null);
      outputs.push((await hub.end(id)).output);
      await hub.stop();
    }
    hub = undefined;
    expect(outputs[0]).toContain("it asked for an activity task named 'fail'");
    expect(outputs[1]).toBe(outputs[0]);
  });
});

describe("a held instance", () => {
  const changed: Orchestrator = function* ({ df }) {
    yield df.callActivity("other", "first");
  };

  it("is suspended with the reason in its history and in the log, and goes on with mended code [DF81]", async () => {
    const logger = new RecordingLogger();
    const { hub: holding, id } = await changeWhileWaiting(changed, { ...HOLD, logger });
    await holding.until(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    const suspension = (await holding.hub.readHistory(id)).find(({ type }) => type === "ExecutionSuspended");
    expect(suspension).toMatchObject({
      reason: expect.stringContaining(
        "A previous execution of this orchestration scheduled an activity task named 'work'",
      ),
    });
    expect(suspension).toMatchObject({ reason: expect.stringMatching(HERE) });
    expect(logger.records.filter(({ level }) => level === "error")).toHaveLength(1);

    hub = await holding.restart(appOf(before), HOLD);
    await hub.hub.resume(id, "mended");
    expect(JSON.parse((await hub.end(id)).output ?? "")).toEqual(["first", "second"]);
  });

  it("is held again when it is resumed with code that still differs, and keeps the events [DF81]", async () => {
    const { hub: holding, id } = await changeWhileWaiting(changed, HOLD);
    await holding.until(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    await holding.hub.resume(id, "hoping");
    const suspensions = async () => (await holding.historyTypes(id)).filter((type) => type === "ExecutionSuspended");
    while ((await suspensions()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await holding.hub.getInstance(id))?.runtimeStatus).toBe("Suspended");

    hub = await holding.restart(appOf(before), HOLD);
    await hub.hub.resume(id, "mended");
    expect(JSON.parse((await hub.end(id)).output ?? "")).toEqual(["first", "second"]);
  });

  it("takes further events while it is held, and can be terminated", async () => {
    const { hub: holding, id } = await changeWhileWaiting(changed, HOLD);
    await holding.until(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    await holding.hub.raiseEvent(id, "more", null);
    await holding.hub.terminate(id, "given up");
    expect(await holding.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: "given up" });
  });

  it("is replayed when it is resumed although it was rewound, not woken by an event [DF81]", async () => {
    const failing: Orchestrator = function* ({ df }) {
      yield df.callActivity("work", "first");
      yield df.callActivity("fail", "it");
      return "mended";
    };
    const repaired: App = { ...appOf(failing), activities: { ...activities, fail: (key: string) => key } };
    hub = await InProcessHub.start(appOf(failing));
    const { instanceId } = await hub.run("order");
    hub = await hub.restart(appOf(changed), HOLD);
    await hub.hub.rewind(instanceId, "try again");
    await hub.until(instanceId, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    hub = await hub.restart(repaired, HOLD);
    await hub.hub.resume(instanceId, "mended");
    expect(await hub.end(instanceId)).toMatchObject({ runtimeStatus: "Completed", output: '"mended"' });
  });
});
