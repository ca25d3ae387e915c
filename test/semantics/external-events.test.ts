import { InProcessHub } from "./in-process-hub";

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: { store: (item: unknown) => item },
    orchestrators: {
      /** Tells which of the two came first, and ends only when it is told to. */
      *race({ df }) {
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + df.getInput()));
        const approval = df.waitForExternalEvent("approval");
        df.setCustomStatus("racing");
        const winner: unknown = yield df.Task.any([approval, timer]);
        df.setCustomStatus(winner === timer ? "timer" : "approval");
        yield df.waitForExternalEvent("end");
        return winner === timer ? "timer" : approval.result;
      },
      /** One timer for all rounds; each round waits for another event. */
      *sharesTimer({ df }) {
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 3_600_000));
        const stored: unknown[] = [];
        for (;;) {
          const item = df.waitForExternalEvent("item");
          df.setCustomStatus(`${stored.length} stored`);
          yield df.Task.any([item, timer]);
          if (item.result === "last") break;
          stored.push(yield df.callActivity("store", item.result));
        }
        timer.cancel();
        return stored;
      },
      *waitsLater({ df }) {
        df.setCustomStatus("not yet");
        yield df.waitForExternalEvent("begin");
        const seen: unknown[] = [];
        for (let i = 0; i < 3; i++) seen.push(yield df.waitForExternalEvent("item"));
        return seen;
      },
      *waitsTwice({ df }) {
        df.setCustomStatus("waiting");
        return yield df.Task.all([df.waitForExternalEvent("item"), df.waitForExternalEvent("item")]);
      },
      *waitsOnce({ df }) {
        df.setCustomStatus("waiting");
        return yield df.waitForExternalEvent("Approval");
      },
    },
  });
});
afterAll(() => hub.stop());

const raise = (id: string, name: string, value: unknown): Promise<void> =>
  hub.hub.raiseEvent(id, name, JSON.stringify(value));

/** Resolves when the history has that many events of a type. */
async function untilHistory(id: string, type: string, count = 1): Promise<void> {
  await hub.until(id, () => true);
  for (let i = 0; i < 2_000; i++) {
    if ((await hub.historyTypes(id)).filter((found) => found === type).length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`There were no ${count} events of type ${type}.`);
}

describe("Task.any of an event and a timer", () => {
  it("resolves with the event when that comes first, and lets the timer fire without harm [DF50]", async () => {
    const id = await hub.startUntil("race", "racing", 1_000);
    await raise(id, "approval", "yes");
    await hub.until(id, ({ customStatus }) => customStatus === '"approval"');
    await untilHistory(id, "TimerFired");
    await raise(id, "end", null);

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", output: '"yes"' });
  });

  it("resolves with the timer when that comes first, and takes the late event without harm [DF50]", async () => {
    const id = await hub.startUntil("race", "timer", 10);
    await raise(id, "approval", "too late");
    await raise(id, "end", null);

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", output: '"timer"' });
  });

  it("sets a timer once that is shared by all rounds of a loop, and the loop ends [DF51]", async () => {
    const id = await hub.startUntil("sharesTimer", "0 stored");
    for (const [count, item] of ["a", "b", "c"].entries()) {
      await raise(id, "item", item);
      await hub.until(id, ({ customStatus }) => customStatus === JSON.stringify(`${count + 1} stored`));
    }
    await raise(id, "item", "last");

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", output: '["a","b","c"]' });
    const types = await hub.historyTypes(id);
    expect(types.filter((type) => type === "TimerCreated")).toHaveLength(1);
    expect(types.filter((type) => type === "TaskScheduled")).toHaveLength(3);
  });
});

describe("an event", () => {
  it("that comes before it is waited for is kept, the first for the first wait [DF52]", async () => {
    const id = await hub.startUntil("waitsLater", "not yet");
    for (const item of [1, 2, 3]) await raise(id, "item", item);
    await untilHistory(id, "EventRaised", 3);
    await raise(id, "begin", null);

    expect((await hub.end(id)).output).toBe("[1,2,3]");
  });

  it("goes to the last of two that wait for its name at the same time [DF53]", async () => {
    const id = await hub.startUntil("waitsTwice", "waiting");
    await raise(id, "item", "first");
    await raise(id, "item", "second");

    expect((await hub.end(id)).output).toBe('["second","first"]');
  });

  it("is only for those that wait for its name in the same case, and disturbs no others [DF54]", async () => {
    const id = await hub.startUntil("waitsOnce", "waiting");
    for (const name of ["approval", "APPROVAL", "Approval "]) await raise(id, name, "another");
    await untilHistory(id, "EventRaised", 3);
    expect((await hub.hub.getInstance(id))?.runtimeStatus).toBe("Running");
    await raise(id, "Approval", "the one");

    expect((await hub.end(id)).output).toBe('"the one"');
  });
});
