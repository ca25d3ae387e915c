import { checkHub } from "../../src/checker/check-hub";
import type { EventFacts, HubContents, InstanceFacts } from "../../src/checker/hub-contents";

type Step = readonly [type: string, taskId?: number];

const FIRST: readonly Step[] = [
  ["OrchestratorStarted"],
  ["ExecutionStarted"],
  ["TaskScheduled", 0],
  ["TimerCreated", 1],
  ["OrchestratorCompleted"],
];
const LAST: readonly Step[] = [
  ["OrchestratorStarted"],
  ["TaskCompleted", 0],
  ["ExecutionCompleted", 2],
  ["OrchestratorCompleted"],
];

function history(steps: readonly Step[], executionId = "e1"): EventFacts[] {
  return steps.map(([type, taskId], sequenceNumber) => ({
    ...{ instanceId: "i", executionId, sequenceNumber, type },
    ...(taskId === undefined ? {} : { taskId }),
  }));
}

function hub(status: string, steps: readonly Step[], rest: Partial<HubContents> = {}): HubContents {
  return { instances: [anInstance(status)], history: history(steps), messages: [], tasks: [], ...rest };
}

function anInstance(status: string, instanceId = "i"): InstanceFacts {
  return { instanceId, executionId: "e1", status };
}

function problems(contents: HubContents): string[] {
  return checkHub(contents).map(({ problem }) => problem);
}

/** A task or message of the instance's execution. */
const own = { instanceId: "i", executionId: "e1" };
const task = { ...own, taskId: 0 };
const answer = { ...own, type: "TaskCompleted", taskId: 0 };

describe("a hub as it should be", () => {
  it("passes: completed, waiting for an activity, waiting for its answer to be seen, not yet begun, empty", () => {
    expect(problems(hub("Completed", [...FIRST, ...LAST]))).toEqual([]);
    expect(problems(hub("Running", FIRST, { tasks: [task] }))).toEqual([]);
    expect(problems(hub("Running", FIRST, { messages: [answer] }))).toEqual([]);
    expect(problems(hub("Pending", [], { messages: [{ ...own, type: "ExecutionStarted" }] }))).toEqual([]);
    expect(problems({ instances: [], history: [], messages: [], tasks: [] })).toEqual([]);
  });

  it("passes: terminated before its start", () => {
    expect(problems(hub("Terminated", []))).toEqual([]);
  });

  it("passes: the same ids in another instance", () => {
    const other = history([...FIRST, ...LAST]).map((event) => ({ ...event, instanceId: "j" }));
    const contents = hub("Running", FIRST, { tasks: [task] });

    expect(
      problems({
        ...contents,
        instances: [...contents.instances, anInstance("Completed", "j")],
        history: [...other, ...contents.history],
      }),
    ).toEqual([]);
  });
});

describe("a broken history", () => {
  const within = (...steps: Step[]): Step[] => [["OrchestratorStarted"], ...steps, ["OrchestratorCompleted"]];

  it.each<[string, readonly Step[], string]>([
    ["schedules an id twice", [...FIRST, ...within(["EventSent", 1]), ...LAST], "schedules 1 twice"],
    ["completes twice", [...FIRST, ...LAST, ...within(["ExecutionCompleted", 3])], "has completed 2 times"],
    ["answers twice", [...FIRST, ...within(["TaskFailed", 0]), ...LAST], "is answered 0 twice"],
    ["answers what was not asked", [...FIRST, ...within(["TaskCompleted", 7]), ...LAST], "has TaskCompleted 7"],
    ["answers a timer with a result", [...FIRST, ...within(["TaskCompleted", 1]), ...LAST], "has TaskCompleted 1"],
    ["starts twice", [...FIRST, ...within(["ExecutionStarted"]), ...LAST], "has started 2 times"],
    ["never starts", within(["ExecutionCompleted", 0]), "has started 0 times"],
    ["leaves an episode open", [...FIRST, ...LAST.slice(0, -1)], "has an episode without an end"],
    ["begins an episode within one", [...FIRST.slice(0, -1), ...LAST], "begins an episode within an episode"],
    ["goes on between episodes", [...FIRST, ["EventRaised"], ...LAST], "has EventRaised outside of episodes"],
  ])("is found when it %s", (_title, steps, problem) => {
    expect(problems(hub("Completed", steps))).toEqual([expect.stringContaining(problem)]);
  });

  it("is found when numbers are missing or given twice", () => {
    const full = history([...FIRST, ...LAST]);
    const gap = full.filter(({ type }) => type !== "TimerCreated");
    expect(problems({ ...hub("Completed", []), history: gap })).toEqual(["has event 4 where 3 should be"]);

    const [first, ...rest] = full;
    const double = [first, first, ...rest].flatMap((event) => event ?? []);
    expect(problems({ ...hub("Completed", []), history: double })).toContain("has event 0 where 1 should be");
  });

  it("does not depend on the order of the rows", () => {
    expect(problems({ ...hub("Completed", []), history: history([...FIRST, ...LAST]).toReversed() })).toEqual([]);
  });

  it("is found when another execution has left some", () => {
    const contents = hub("Completed", [...FIRST, ...LAST]);
    const left = history(FIRST, "e0");

    expect(problems({ ...contents, history: [...left, ...contents.history] })).toEqual([
      "has history of an execution that it has left behind",
    ]);
  });
});

describe("a broken hub", () => {
  it("is found when status and history disagree", () => {
    expect(problems(hub("Completed", FIRST))).toEqual(["is Completed without an end in its history"]);
    expect(problems(hub("Running", [...FIRST, ...LAST]))).toEqual(["is Running although its history has ended"]);
  });

  it("is found when something is left of what has ended", () => {
    const timer = { ...own, type: "TimerFired", taskId: 1 };

    expect(problems(hub("Completed", [...FIRST, ...LAST], { tasks: [task], messages: [timer] }))).toEqual([
      "is Completed and still has the activity task 0",
      "is Completed and still has the message TimerFired 1",
    ]);
  });

  it("is found when rows belong to nobody", () => {
    expect(checkHub({ instances: [], history: history(FIRST), messages: [answer], tasks: [task] })).toEqual([
      { instanceId: "i", problem: "does not exist, but 7 rows belong to it" },
    ]);
  });

  it("is found when an activity is lost, queued twice, or queued although executed", () => {
    expect(problems(hub("Running", FIRST))).toEqual(["has lost activity 0: neither queued nor answered"]);
    expect(problems(hub("Running", FIRST, { tasks: [task, task] }))).toEqual([
      "has the activity task 0 more than once",
    ]);
    expect(problems(hub("Running", FIRST, { tasks: [task], messages: [answer] }))).toEqual([
      "has the activity task 0 although it was executed",
    ]);
    expect(problems(hub("Running", FIRST, { messages: [answer, answer] }))).toEqual([
      "has the message TaskCompleted 0 more than once",
    ]);
  });

  it("is found when an activity runs that nobody has recorded", () => {
    expect(problems(hub("Running", FIRST, { tasks: [task, { ...task, taskId: 9 }] }))).toEqual([
      "has activity 9 that its history never scheduled",
    ]);
  });

  it("is found when something of another execution waits", () => {
    const stale = { ...answer, executionId: "e0", type: "TimerFired" };

    expect(problems(hub("Running", FIRST, { tasks: [task], messages: [stale] }))).toEqual([
      "holds 0 of an execution that it has left behind",
    ]);
  });

  it("is found when an instance exists twice", () => {
    const contents = hub("Completed", [...FIRST, ...LAST]);

    expect(problems({ ...contents, instances: [...contents.instances, anInstance("Completed")] })).toEqual([
      "exists more than once",
    ]);
  });
});
