import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EntityInstanceId, OrchestrationStatus, type TaskHubGrpcClient } from "@microsoft/durabletask-js";
import { freePort, HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp } from "./live-app";
import { SchedulerStand } from "./sdk-processes";

jest.setTimeout(120_000);

const fixture = new HostFixture();
let marks: string;
let stand: SchedulerStand;
beforeEach(() => {
  marks = fixture.directory();
  stand = new SchedulerStand(fixture.directory(), marks);
});
afterEach(async () => {
  await stand.dispose();
  await fixture.dispose();
});

/** The output of an orchestration that is to complete. */
async function outputOf(client: TaskHubGrpcClient, id: string): Promise<unknown> {
  const state = await client.waitForOrchestrationCompletion(id, true, 60);
  expect(state).toMatchObject({ instanceId: id, runtimeStatus: OrchestrationStatus.COMPLETED });
  return JSON.parse(state?.serializedOutput ?? "null");
}

async function countOf(client: TaskHubGrpcClient, key: string): Promise<number | undefined> {
  const entity = await client.getEntity<{ readonly count: number }>(new EntityInstanceId("counter", key));
  return entity?.state?.count;
}

describe("the scheduler", () => {
  it("runs chains, fan-outs and entities of a worker on the JavaScript SDK [GR1, GR76]", async () => {
    const scheduler = await stand.startScheduler();
    await stand.startWorker();
    const client = stand.client();
    const chain = await client.scheduleNewOrchestration("chain", 10, "any/printable?id#of:2026+1");
    const fanOut = await client.scheduleNewOrchestration("fanOut", 100);
    expect(await outputOf(client, chain)).toBe(15);
    expect(await outputOf(client, fanOut)).toBe(5050);

    const counter = new EntityInstanceId("counter", "Total");
    await Promise.all(Array.from({ length: 20 }, () => client.signalEntity(counter, "add", 2)));
    await waitUntil("all signals to be counted", async () => (await countOf(client, "Total")) === 40 || undefined);

    expect(await stand.isReady()).toBe(true);
    await waitUntil("the worker in the log", () => /Worker .* has connected/.test(scheduler.output) || undefined);
    expect(await scheduler.end("SIGTERM")).toBe(0);
  });

  it("keeps task hubs apart, and has those it was told of [GR4, GR5, GR78]", async () => {
    await stand.startScheduler("--hubs", "one,two");
    await stand.startWorker("one");
    const id = await stand.client("one").scheduleNewOrchestration("chain", 0);
    expect(await outputOf(stand.client("ONE"), id)).toBe(5);
    const two = stand.client("two");
    expect(await two.getOrchestrationState(id)).toBeUndefined();
    expect((await two.purgeOrchestration(id))?.deletedInstanceCount).toBe(0);
    await expect(stand.client("three").getOrchestrationState(id)).rejects.toThrow("'three'");
  });

  it("opens other task hubs when they are first used, if it is told to [GR78]", async () => {
    await stand.startScheduler("--dynamic-hubs");
    await stand.startWorker("whatever");
    const client = stand.client("Whatever");
    expect(await outputOf(client, await client.scheduleNewOrchestration("chain", 1))).toBe(6);
    await expect(stand.client("../up").getOrchestrationState("x")).rejects.toThrow("There is no task hub");
  });

  it("loses nothing when it is killed: workers come back, events and timers arrive [GR12]", async () => {
    const scheduler = await stand.startScheduler();
    await stand.startWorker();
    const before = stand.client();
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => before.scheduleNewOrchestration("longLife", "ended")),
    );
    await Promise.all(ids.map((id) => before.waitForOrchestrationStart(id, false, 60)));
    // Acknowledged, and so not to be lost; the kill comes while they are being worked on.
    await Promise.all(ids.map((id) => before.raiseOrchestrationEvent(id, "go", 41)));
    await scheduler.end("SIGKILL");

    await stand.startScheduler();
    const client = stand.client();
    for (const id of ids) expect(await outputOf(client, id)).toEqual([2, 42]);
    await waitUntil("each to be counted once", async () => (await countOf(client, "ended")) === 20 || undefined);
  });

  it("delivers a delayed signal after a kill, and not before its time [GR64]", async () => {
    const scheduler = await stand.startScheduler();
    await stand.startWorker();
    const due = Date.now() + 5000;
    const later = new EntityInstanceId("counter", "later");
    await stand.client().signalEntity(later, "add", 1, { signalTime: new Date(due) });
    await scheduler.end("SIGKILL");

    await stand.startScheduler();
    // A worker that lost its scheduler waits ever longer before it connects again; how long is not what this is about.
    await stand.startWorker();
    const client = stand.client();
    await waitUntil("the signal to be counted", async () => (await countOf(client, "later")) === 1 || undefined);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
  });

  it("gives the work of a killed worker to another at once [GR11]", async () => {
    await stand.startScheduler();
    const first = await stand.startWorker();
    const client = stand.client();
    const id = await client.scheduleNewOrchestration("unfinished", "task");
    const mark = join(marks, "task");
    await waitUntil("the activity to begin", () => existsSync(mark) || undefined);
    const second = await stand.startWorker();
    const begun = performance.now();
    await first.end("SIGKILL");
    expect(await outputOf(client, id)).toBe("done in run 2");
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(readFileSync(mark, "utf8")).toBe(`${first.pid}\n${second.pid}\n`);
  });

  it("does not open itself to the network without being told whom to let in", async () => {
    await expect(stand.startScheduler("--address", "0.0.0.0")).rejects.toThrow("--allow-anonymous");
  });
});

describe("a functions app with a gRPC port", () => {
  const APP = `
    const df = require("durable-functions");
    df.app.activity("shout", { handler: (text) => text.toUpperCase() });
    df.app.orchestration("mixed", function* (context) {
      const two = yield context.df.callActivity("addOne", 1);
      return yield context.df.callActivity("shout", "two is " + two);
    });`;

  it("shares its task hub with workers: each calls what the other has", async () => {
    const grpcPort = await freePort();
    const { scriptRoot } = new LiveApp(fixture, APP);
    const host = await fixture.start({ scriptRoot, args: ["--grpc-port", String(grpcPort)] });
    await stand.startWorker("TestHubName", grpcPort);
    const client = stand.client("TestHubName", grpcPort);
    expect(await outputOf(client, await client.scheduleNewOrchestration("mixed"))).toBe("TWO IS 2");
    expect(await outputOf(client, await client.scheduleNewOrchestration("askTheApp", "hello"))).toBe("HELLO");
    expect(await host.stop()).toMatchObject({ code: 0 });
  });
});
