import type { EntityBatchResult, StoredMessage } from "@durable-host/engine";
import { finishEntityBatch } from "../../src/decide/entity/finish-entity-batch";
import { planEntityBatch } from "../../src/decide/entity/plan-entity-batch";
import { parseSchedulerState, type SchedulerState } from "../../src/decide/entity/scheduler-state";
import { anInstance, messages, raised, T0 } from "./events";

const op = (id: string, fields: object = {}): StoredMessage[] =>
  messages(raised("op", JSON.stringify({ op: "add", id, ...fields })));
const release = (parent: string, id: string): StoredMessage[] =>
  messages(raised("release", JSON.stringify({ parent, id })));
const lockset = [
  { name: "account", key: "a" },
  { name: "account", key: "b" },
];

function finish(
  plan: ReturnType<typeof planEntityBatch>,
  results: EntityBatchResult["results"] = [],
  exists = true,
  more: Partial<EntityBatchResult> = {},
) {
  return finishEntityBatch(
    plan,
    { results, signals: [], exists, state: exists ? "5" : null, ...more },
    {
      instance: anInstance({ instanceId: "@account@a", name: "@account@a", executionId: "" }),
      consumedMessages: [1],
      now: T0,
      newId: () => "new-execution",
      newGuid: () => "guid",
      defaultVersion: "2.0",
    },
  );
}

/** The body of the first message that a commit sends. */
function firstBody(commit: ReturnType<typeof finish>): Record<string, unknown> {
  const event = commit.messages[0]?.event;
  return event?.type === "EventRaised" && event.input !== null ? JSON.parse(event.input) : {};
}

const stored = (commit: ReturnType<typeof finish>): SchedulerState =>
  parseSchedulerState(commit.instance?.input ?? null);

describe("planning an entity batch", () => {
  it("takes operations in order of arrival, up to the batch size", () => {
    const plan = planEntityBatch({}, [...op("1"), ...op("2"), ...op("3")], 2);
    expect(plan.operations.map((each) => each.id)).toEqual(["1", "2"]);
    expect(plan.queue.map((each) => each.id)).toEqual(["3"]);
  });

  it("while locked takes only what the holder sends", () => {
    const plan = planEntityBatch({ lockedBy: "h" }, [...op("1", { parent: "x" }), ...op("2", { parent: "h" })], 10);
    expect(plan.operations.map((each) => each.id)).toEqual(["2"]);
    expect(plan.queue.map((each) => each.id)).toEqual(["1"]);
  });

  it("ends the batch at a lock request", () => {
    const plan = planEntityBatch({}, [...op("1"), ...op("l", { parent: "h", lockset, pos: 0 }), ...op("2")], 10);
    expect(plan.operations.map((each) => each.id)).toEqual(["1"]);
    expect(plan.lockRequest?.id).toBe("l");
    expect(plan.queue.map((each) => each.id)).toEqual(["2"]);
  });

  it("is unlocked by the holder alone", () => {
    expect(planEntityBatch({ lockedBy: "h" }, release("x", "l"), 10).lockedBy).toBe("h");
    expect(planEntityBatch({ lockedBy: "h" }, release("h", "l"), 10).lockedBy).toBeUndefined();
  });

  it("stays locked when a release of an earlier critical section of the holder comes late", () => {
    const stored = { lockedBy: "h", lockRequest: { id: "second", lockset } };
    expect(planEntityBatch(stored, release("h", "first"), 10).lockedBy).toBe("h");
    expect(planEntityBatch(stored, release("h", "second"), 10).lockedBy).toBeUndefined();
  });

  it("forgets a queued lock request that is released before it was granted", () => {
    const queue = [{ id: "l", parent: "dead", lockset, pos: 0 }];
    const plan = planEntityBatch({ lockedBy: "h", queue }, [...release("dead", "l"), ...release("h", "m")], 10);
    expect(plan.lockRequest).toBeUndefined();
    expect(plan.queue).toEqual([]);
  });

  it("ignores events that are no requests", () => {
    expect(planEntityBatch({}, messages(raised("op", "not json"), raised("other", "{}")), 10).operations).toEqual([]);
  });
});

describe("finishing an entity batch", () => {
  it("keeps the new state, answers calls and not signals", () => {
    const plan = planEntityBatch(
      {},
      [...op("1", { parent: "caller", parentExecution: "ce" }), ...op("2", { signal: true })],
      10,
    );
    const commit = finish(plan, [
      { isError: false, result: "5" },
      { isError: false, result: null },
    ]);
    expect(stored(commit)).toEqual({ exists: true, state: "5" });
    expect(commit.messages).toEqual([
      {
        instanceId: "caller",
        executionId: "ce",
        event: { type: "EventRaised", timestamp: T0, name: "1", input: '{"result":"5"}' },
      },
    ]);
  });

  it("answers a failed call with what was thrown", () => {
    const plan = planEntityBatch({}, op("1", { parent: "caller" }), 10);
    const commit = finish(plan, [{ isError: true, result: '"no"' }]);
    expect(firstBody(commit)).toEqual({
      result: '"no"',
      exceptionType: "Error",
    });
  });

  it("hands the caller the parts of a failure as they came [GR60]", () => {
    const plan = planEntityBatch({}, op("1", { parent: "caller" }), 10);
    const failureDetails = {
      errorType: "RangeError",
      errorMessage: "no",
      stackTrace: "at x",
      innerFailure: null,
      isNonRetriable: true,
      properties: { limit: 5 },
    };
    const commit = finish(plan, [{ isError: true, result: '"no"', failureDetails }]);
    expect(firstBody(commit)).toEqual({ result: '"no"', exceptionType: "RangeError", failureDetails });
  });

  it("sends a signal no earlier than the entity says, under the span its code has made [GR64]", () => {
    const plan = planEntityBatch({}, op("1", { signal: true }), 10);
    const traceContext = { traceParent: "of the code" };
    const signal = { target: { name: "Timer", key: "k" }, name: "tick", input: "1", dueAt: T0 + 2_000, traceContext };
    const commit = finish(plan, [{ isError: false, result: null }], true, { signals: [signal] });
    expect(commit.messages).toMatchObject([
      { instanceId: "@timer@k", dueAt: T0 + 2_000, event: { type: "EventRaised", name: "op", traceContext } },
    ]);
  });

  it("starts orchestrations in the commit that saves the state, with a given id or a new one [GR65]", () => {
    const plan = planEntityBatch({}, op("1", { signal: true }), 10);
    const starts = [
      { instanceId: "run:1+0", name: "report", version: "1.0", input: '"x"', scheduledTime: T0 + 5_000 },
      { name: "report", input: null },
    ];
    const commit = finish(plan, [{ isError: false, result: null }], true, { starts });
    expect(stored(commit).state).toBe("5");
    const common = { type: "ExecutionStarted", timestamp: T0, name: "report" };
    expect(commit.messages).toEqual([
      {
        instanceId: "run:1+0",
        event: {
          ...common,
          version: "1.0",
          input: '"x"',
          instance: { instanceId: "run:1+0", executionId: "new-execution" },
          scheduledStartTime: T0 + 5_000,
        },
        seed: { executionId: "new-execution", name: "report", version: "1.0", input: '"x"', createdAt: T0 },
      },
      {
        instanceId: "new-execution",
        event: {
          ...common,
          version: "2.0",
          input: null,
          instance: { instanceId: "new-execution", executionId: "new-execution" },
        },
        seed: { executionId: "new-execution", name: "report", version: "2.0", input: null, createdAt: T0 },
      },
    ]);
  });

  it("puts operations without a result back, and wakes itself for them", () => {
    const plan = planEntityBatch({}, [...op("1"), ...op("2", { signal: true })], 10);
    const commit = finish(plan, [{ isError: false, result: null }]);
    expect(stored(commit).queue?.map((each) => each.id)).toEqual(["2"]);
    expect(commit.messages.at(-1)).toMatchObject({ instanceId: "@account@a", event: { name: "continue" } });
  });

  it("passes a lock on to the next entity, and the last one answers", () => {
    const first = finish(planEntityBatch({}, op("l", { parent: "h", parentExecution: "he", lockset, pos: 0 }), 10));
    expect(stored(first).lockedBy).toBe("h");
    expect(first.messages).toMatchObject([{ instanceId: "@account@b", event: { name: "op" } }]);
    const forwarded = firstBody(first);
    expect(forwarded["pos"]).toBe(1);
    const last = finish(planEntityBatch({}, op("l", forwarded), 10));
    expect(last.messages).toMatchObject([{ instanceId: "h", executionId: "he", event: { name: "l" } }]);
  });

  it("sends the release of a holder that has ended after its request, along the lock set", () => {
    const locked = finish(planEntityBatch({}, op("l", { parent: "h", lockset, pos: 0 }), 10));
    const ended = messages(raised("release", JSON.stringify({ parent: "h", id: "l", forward: true })));
    const released = finish(planEntityBatch(stored(locked), ended, 10));
    expect(stored(released).lockedBy).toBeUndefined();
    expect(released.messages).toMatchObject([{ instanceId: "@account@b", event: { name: "release" } }]);
    expect(firstBody(released)).toEqual({ parent: "h", id: "l", forward: true });
  });

  it("deletes an entity that has nothing left", () => {
    expect(
      finish(planEntityBatch({}, op("1", { signal: true }), 10), [{ isError: false, result: null }], false).instance,
    ).toBeUndefined();
  });

  it("keeps an entity without state while it is locked", () => {
    const plan = planEntityBatch({ lockedBy: "h" }, op("1", { parent: "h" }), 10);
    expect(finish(plan, [{ isError: false, result: null }], false).instance).toBeDefined();
  });
});
