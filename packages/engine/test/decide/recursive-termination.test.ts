import type { HistoryEvent, MessageEvent } from "@durable-host/engine";
import { beginEpisode } from "../../src/decide/begin-episode";
import { finishWithoutCode } from "../../src/decide/finish-episode";
import { foldHistory } from "../../src/decide/runtime-state";
import { aStart, anInstance, begun, done, messages, T0, terminated } from "./events";

const self = { instanceId: "i1", executionId: "e1" };
const child = (eventId: number, instanceId: string): HistoryEvent => ({
  type: "SubOrchestrationCreated",
  timestamp: T0,
  eventId,
  name: "part",
  instanceId,
  input: null,
});
const childDone = (taskScheduledId: number): HistoryEvent => ({
  type: "SubOrchestrationCompleted",
  timestamp: T0,
  taskScheduledId,
  result: null,
});
const recursively: MessageEvent = { type: "ExecutionTerminated", timestamp: T0, reason: "enough", recurse: true };

/** The commit that ends an execution with this history when it is told to. */
function terminate(history: readonly HistoryEvent[], message: MessageEvent) {
  const opening = beginEpisode(foldHistory(history), "e1", messages(message), T0);
  const limits = { maxActions: 100, defaultVersion: "", storeInputs: false };
  return finishWithoutCode(opening, {
    instance: anInstance(),
    consumed: [1],
    limits,
    now: T0 + 1,
    newId: () => "new-id",
  });
}

describe("a recursive termination", () => {
  const parent = [begun(), aStart(), child(0, "open"), child(1, "ended"), childDone(1), done()];

  it("is passed on to open children by the commit that ends the parent", () => {
    const commit = terminate(parent, recursively);
    expect(commit.instance?.runtimeStatus).toBe("Terminated");
    expect(commit.messages).toEqual([
      { instanceId: "open", event: { ...recursively, timestamp: T0 + 1, parent: self } },
    ]);
  });

  it("leaves children running when it is not asked to be recursive [DF22]", () => {
    expect(terminate(parent, terminated).messages).toEqual([]);
  });

  it("is passed on by a child in turn", () => {
    const started = aStart({ parent: { instanceId: "p", executionId: "pe", name: "whole", taskScheduledId: 4 } });
    const fromParent: MessageEvent = { ...recursively, parent: { instanceId: "p", executionId: "pe" } };
    const commit = terminate([begun(), started, child(0, "grandchild"), done()], fromParent);
    expect(commit.messages.map(({ instanceId, event }) => [instanceId, event.type])).toEqual([
      ["p", "SubOrchestrationFailed"],
      ["grandchild", "ExecutionTerminated"],
    ]);
  });

  it.each([
    ["nobody's child", aStart()],
    [
      "the child of another execution",
      aStart({ parent: { instanceId: "p", executionId: "other", name: "whole", taskScheduledId: 4 } }),
    ],
  ])("does not end an instance under a child's id that is %s", (_, started) => {
    const fromParent: MessageEvent = { ...recursively, parent: { instanceId: "p", executionId: "pe" } };
    const opening = beginEpisode(foldHistory([begun(), started, done()]), "e1", messages(fromParent), T0);
    expect([opening.terminated, opening.recorded]).toEqual([undefined, []]);
  });
});
