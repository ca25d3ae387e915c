import { InProcessHub } from "./in-process-hub";

/** What activities have begun and ended, in order. */
const marks: string[] = [];
let open: () => void = () => undefined;

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: {
      note: (text: string) => marks.push(text),
      blocked: () =>
        new Promise((resolve) => {
          marks.push("blocked");
          open = () => resolve(marks.push("unblocked"));
        }),
    },
    orchestrators: {
      *rounds({ df }) {
        const input: { round: number } = df.getInput();
        if (input.round > 1) return [input, yield df.waitForExternalEvent("item")];
        df.setCustomStatus({ kept: true });
        const item: unknown = yield df.waitForExternalEvent("item");
        df.continueAsNew({ round: input.round + 1, nested: { item, list: [1, "2", null] } });
      },
      *leavesActivity({ df }) {
        if (df.getInput() === "again") return yield df.callActivity("note", "second execution");
        yield df.Task.any([df.callActivity("blocked"), df.callActivity("note", "first execution")]);
        df.continueAsNew("again");
      },
      *setsStatus({ df }) {
        df.setCustomStatus({ stage: "half" });
        yield df.waitForExternalEvent("go");
        df.setCustomStatus({ stage: "done" });
      },
      *setsHugeStatus({ df }) {
        df.setCustomStatus("x".repeat(df.getInput()));
        yield df.callActivity("note", "status set");
        return "went on";
      },
    },
  });
});
afterAll(() => hub.stop());

describe("continueAsNew", () => {
  it("begins a new history under the same id with an equal input, later events and the custom status [DF55]", async () => {
    const id = await hub.startUntil("rounds", { kept: true }, { round: 1 });
    const first = await hub.hub.getInstance(id);
    // Both events reach the code in one episode: the first makes it continue, the second comes after that.
    await hub.hub.suspend(id, null);
    await hub.until(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    await hub.hub.raiseEvent(id, "item", '{"n":1}');
    await hub.hub.raiseEvent(id, "item", '"carried over"');
    await hub.hub.resume(id, null);
    const second = await hub.end(id);

    const next = { round: 2, nested: { item: { n: 1 }, list: [1, "2", null] } };
    expect(second.executionId).not.toBe(first?.executionId);
    expect(JSON.parse(second.input ?? "")).toEqual(next);
    expect(JSON.parse(second.output ?? "")).toEqual([next, "carried over"]);
    expect(second.customStatus).toBe('{"kept":true}');
    const started = (await hub.hub.readHistory(id)).filter((event) => event.type === "ExecutionStarted");
    expect(started).toEqual([expect.objectContaining({ name: "rounds", input: second.input })]);
    expect(await hub.historyTypes(id)).not.toContain("ExecutionSuspended");
  });

  it("waits for an activity that is still running [DF56]", async () => {
    const id = await hub.hub.start({ name: "leavesActivity", input: null });
    await hub.until(id, () => marks.includes("first execution") && marks.includes("blocked"));
    for (let i = 0; i < 1_000 && !(await hub.historyTypes(id)).includes("TaskCompleted"); i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await hub.hub.getInstance(id)).toMatchObject({ runtimeStatus: "Running", input: null });
    expect(marks).not.toContain("second execution");
    open();

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", input: '"again"' });
    expect(marks.slice(-2)).toEqual(["unblocked", "second execution"]);
  });
});

describe("the custom status", () => {
  it("is shown while the orchestration runs, and after [DF57]", async () => {
    const id = await hub.startUntil("setsStatus", { stage: "half" });
    expect(await hub.hub.getInstance(id)).toMatchObject({ runtimeStatus: "Running" });
    await hub.hub.raiseEvent(id, "go", null);

    expect((await hub.end(id)).customStatus).toBe('{"stage":"done"}');
  });

  it("fails the instance when it is larger than 16 KB, counted in UTF-16 [DF57]", async () => {
    const fits = await hub.run("setsHugeStatus", 8 * 1024 - 2);
    const tooLarge = await hub.run("setsHugeStatus", 9 * 1024);

    expect(fits).toMatchObject({ runtimeStatus: "Completed", output: '"went on"' });
    expect(tooLarge.runtimeStatus).toBe("Failed");
    expect(tooLarge.output).toContain("must not exceed 16 KB");
  });
});
