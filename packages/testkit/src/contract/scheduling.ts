import type { MessageEvent } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anEventRaised, anExecutionStarted, anExecutionTerminated, anOrchestratorStarted } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Messages and starts with a due time, and durable timers. */
export function describeScheduling(hub: () => TestHub): void {
  describe("scheduling", () => {
    describeDueTimes(hub);
    describeScheduledStarts(hub);
    describeTimers(hub);
    describeCancellation(hub);
  });
}

const events = (messages: readonly { readonly event: MessageEvent }[]) => messages.map(({ event }) => event);

function describeDueTimes(hub: () => TestHub): void {
  it("does not hand a message out before it is due", async () => {
    await hub().createRunning("i1");
    const dueAt = hub().now() + 1_000;
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("later"), dueAt });
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toMatchObject([{ event: anEventRaised("later"), dueAt }]);
  });

  it("lets a message that is due overtake one that is not", async () => {
    await hub().createRunning("i1");
    const [later, now] = [anEventRaised("later"), anEventRaised("now")];
    await hub().provider.sendMessage({ instanceId: "i1", event: later, dueAt: hub().now() + 1_000 });
    await hub().provider.sendMessage({ instanceId: "i1", event: now });
    expect(events((await hub().runOne()).messages)).toEqual([now]);
    await hub().pass(1_000);
    expect(events((await hub().lockOne()).messages)).toEqual([later]);
  });

  it("keeps a message that becomes due during an episode for the next one", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("now") });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("soon"), dueAt: hub().now() + 500 });
    const item = await hub().lockOne();
    await hub().pass(500);
    await hub().provider.commitOrchestration(item, aCommit(item));
    expect(events((await hub().lockOne()).messages)).toEqual([anEventRaised("soon")]);
  });
}

function describeScheduledStarts(hub: () => TestHub): void {
  it("does not start an instance before its scheduled time", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 1_000 });
    expect((await hub().provider.getInstance("i1"))?.runtimeStatus).toBe("Pending");
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toHaveLength(1);
  });

  it("does not start an instance before its scheduled time that another's commit creates", async () => {
    const start = anExecutionStarted("later", { scheduledStartTime: hub().now() + 1_000 });
    const { name, version, input, timestamp: createdAt } = start;
    const seed = { executionId: start.instance.executionId, name, version, input, createdAt };
    await hub().createRunning("i1", { messages: [{ instanceId: "later", event: start, seed }] });
    expect((await hub().provider.getInstance("later"))?.runtimeStatus).toBe("Pending");
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    expect(events((await hub().lockOne()).messages)).toEqual([start]);
  });

  it("starts at once when the scheduled time is past", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() - 1 });
    expect(await hub().lockable()).toEqual(["i1"]);
  });

  it("holds events back until a scheduled start, then hands out start and events", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 1_000 });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("early") });
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    const types = events((await hub().lockOne()).messages).map(({ type }) => type);
    expect(types).toEqual(["ExecutionStarted", "EventRaised"]);
  });

  it("does not make a termination wait for a scheduled start, and hands out both, so that the instance can end", async () => {
    if (hub().lacks("termination before start")) return;
    const scheduledStartTime = hub().now() + 1_000;
    await hub().create("i1", { scheduledStartTime });
    await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated() });
    const item = await hub().lockOne();
    expect(events(item.messages)).toEqual([anExecutionStarted("i1", { scheduledStartTime }), anExecutionTerminated()]);
    const instance = { ...item.instance, runtimeStatus: "Terminated" as const };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await hub().pass(1_000);
    expect(await hub().lockable()).toEqual([]);
  });
}

function describeTimers(hub: () => TestHub): void {
  it("fires a timer of a commit at its time", async () => {
    const fireAt = hub().now() + 1_000;
    await hub().createRunning("i1", { timers: [{ timerId: 7, fireAt }] });
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    const { messages } = await hub().lockOne();
    expect(messages).toMatchObject([
      { instanceId: "i1", executionId: "i1-e1", event: { type: "TimerFired", timerId: 7, fireAt } },
    ]);
    expect(messages[0]?.event.timestamp).toBeGreaterThanOrEqual(fireAt);
  });

  it("fires a timer that is already due at once", async () => {
    await hub().createRunning("i1", { timers: [{ timerId: 1, fireAt: hub().now() - 5_000 }] });
    expect(await hub().lockable()).toEqual(["i1"]);
  });

  it("fires a consumed timer only once", async () => {
    await hub().createRunning("i1", { timers: [{ timerId: 1, fireAt: hub().now() }] });
    await hub().runOne();
    await hub().pass(2_000);
    expect(await hub().lockable()).toEqual([]);
  });
}

function describeCancellation(hub: () => TestHub): void {
  const inOneSecond = (timerId: number) => ({ timerId, fireAt: hub().now() + 1_000 });

  async function commitNext(fields: Parameters<typeof aCommit>[1]): Promise<void> {
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    await hub().runOne(fields);
  }

  it("does not fire a cancelled timer", async () => {
    if (hub().lacks("timer cancellation")) return;
    await hub().createRunning("i1", { timers: [inOneSecond(1), inOneSecond(2), inOneSecond(3)] });
    await commitNext({ canceledTimers: [1, 3, 99] });
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toMatchObject([{ event: { timerId: 2 } }]);
  });

  it("does not fire a timer that is cancelled after it became due but before it was handed out", async () => {
    if (hub().lacks("timer cancellation")) return;
    await hub().createRunning("i1", { timers: [inOneSecond(1)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    await hub().pass(1_000);
    await hub().provider.commitOrchestration(item, aCommit(item, { canceledTimers: [1] }));
    expect(await hub().lockable()).toEqual([]);
  });

  it("cancels all timers at once", async () => {
    if (hub().lacks("timer cancellation")) return;
    await hub().createRunning("i1", { timers: [inOneSecond(1), inOneSecond(2)] });
    await commitNext({ canceledTimers: "all" });
    await hub().pass(1_000);
    expect(await hub().lockable()).toEqual([]);
  });

  it("keeps the timers that the cancelling commit sets", async () => {
    if (hub().lacks("timer cancellation")) return;
    await hub().createRunning("i1", { timers: [inOneSecond(1)] });
    await commitNext({ canceledTimers: "all", timers: [inOneSecond(2)] });
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toMatchObject([{ event: { timerId: 2 } }]);
  });

  it("cancels only timers, not messages, when an instance ends", async () => {
    if (hub().lacks("timer cancellation")) return;
    await hub().createRunning("i1", { timers: [inOneSecond(1)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("later"), dueAt: hub().now() + 1_000 });
    await commitNext({ canceledTimers: "all" });
    await hub().pass(1_000);
    expect(events((await hub().lockOne()).messages)).toEqual([anEventRaised("later")]);
  });

  it("starts a new execution with the timers of its own commit only", async () => {
    await hub().createRunning("i1", { timers: [inOneSecond(1)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    const instance = { ...item.instance, executionId: "e2" };
    const history = { type: "replace" as const, events: [anOrchestratorStarted()] };
    const commit = aCommit(item, { instance, history, canceledTimers: "all", timers: [inOneSecond(1)] });
    await hub().provider.commitOrchestration(item, commit);
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toMatchObject([{ executionId: "e2", event: { timerId: 1 } }]);
  });
}
