import type { WorkKind } from "@durable-host/engine";
import { aTaskCompleted, anActivityTask, anEventRaised, anInstanceSeed } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Signals that there may be work. A provider may signal too often, never too seldom. */
export function describeWakeUps(hub: () => TestHub): void {
  describe("wake-ups", () => {
    describeNewWork(hub);
    describeReturningWork(hub);
  });
}

/** Kinds signalled since the last look. */
function listen(hub: TestHub): { heard(): WorkKind[]; stop(): void } {
  const heard = new Set<WorkKind>();
  const stop = hub.provider.onWork((kind) => heard.add(kind));
  return {
    heard() {
      const kinds = [...heard].toSorted();
      heard.clear();
      return kinds;
    },
    stop,
  };
}

function describeNewWork(hub: () => TestHub): void {
  it("signals a new instance, its activities and their outcomes", async () => {
    const ear = listen(hub());
    await hub().create("i1");
    expect(ear.heard()).toContain("orchestration");
    await hub().runOne({ activities: [anActivityTask("i1", 1)] });
    expect(ear.heard()).toContain("activity");
    await hub().provider.commitActivity(await hub().lockOneActivity(), aTaskCompleted(1));
    expect(ear.heard()).toContain("orchestration");
  });

  it("signals a message to an entity", async () => {
    const ear = listen(hub());
    const seed = anInstanceSeed("@counter@a");
    await hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("add"), seed });
    expect(ear.heard()).toContain("entity");
  });

  it("signals only when the work can be locked", async () => {
    const locked: Promise<string[]>[] = [];
    hub().provider.onWork(() => locked.push(hub().lockable()));
    await hub().create("i1");
    expect((await Promise.all(locked)).flat()).toEqual(["i1"]);
  });

  it("signals messages that came in during an episode when the episode is committed", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const ear = listen(hub());
    await hub().provider.commitOrchestration(item, {
      instance: item.instance,
      history: { type: "append", events: [] },
      consumedMessages: item.messages.map(({ sequenceNumber }) => sequenceNumber),
      activities: [],
      messages: [],
      timers: [],
      canceledTimers: [],
    });
    expect(ear.heard()).toContain("orchestration");
  });

  it("is silent towards a listener that has ended", async () => {
    const ear = listen(hub());
    ear.stop();
    ear.stop();
    await hub().create("i1");
    expect(ear.heard()).toEqual([]);
  });
}

function describeReturningWork(hub: () => TestHub): void {
  it("signals a timer when it fires", async () => {
    await hub().createRunning("i1", { timers: [{ timerId: 1, fireAt: hub().now() + 1_000 }] });
    const ear = listen(hub());
    await hub().pass(1_000);
    expect(ear.heard()).toContain("orchestration");
  });

  it("signals abandoned work when its delay has passed", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().create("i2");
    await hub().provider.abandon(await hub().lockOne(), 500);
    await hub().provider.abandon(await hub().lockOneActivity(), 500);
    const ear = listen(hub());
    await hub().pass(500);
    expect(ear.heard()).toEqual(expect.arrayContaining(["activity", "orchestration"]));
  });

  it("signals work whose lock has expired", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().create("i2");
    await hub().lockOne();
    await hub().lockOneActivity();
    const ear = listen(hub());
    await hub().pass(hub().lockDurationMs + 1);
    expect(ear.heard()).toEqual(expect.arrayContaining(["activity", "orchestration"]));
  });
}
