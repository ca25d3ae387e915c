import type { HistoryEvent, MessageEvent, OutboundMessage } from "@durable-host/engine";
import { aTaskCompleted, anEventRaised, anExecutionStarted, anInstanceSeed, BUILT_AT } from "@durable-host/testkit";
import fc from "fast-check";
import { decodeEvent, encodeEvent } from "../../src/rows/event-row";
import { decodeInstance } from "../../src/rows/instance-row";
import {
  decodeMessage,
  encodeMessage,
  encodeTimer,
  type MessageRow,
  type StoredMessageRow,
} from "../../src/rows/message-row";
import { anyTime, EVENTS_BY_TYPE } from "./any-event";
import { asStored } from "./lossy-columns";

const OWNER = { instanceId: "i1", executionId: "e1", version: "9", tags: { of: "the instance" } };

function stored(row: MessageRow): StoredMessageRow {
  return { ...row, sequenceNumber: 7 };
}

/** A message as Microsoft's provider queues it. */
function aRow(eventType: string, cells: Partial<StoredMessageRow> = {}): StoredMessageRow {
  return {
    sequenceNumber: 7,
    eventType,
    taskId: null,
    name: null,
    runtimeStatus: null,
    timestamp: BUILT_AT,
    visibleTime: null,
    executionId: null,
    text: null,
    reason: null,
    hostData: null,
    traceContext: null,
    isPlayed: false,
    ...cells,
  };
}

const MESSAGE_TYPES = [
  ...["ExecutionStarted", "ExecutionTerminated", "ExecutionSuspended", "ExecutionResumed", "ExecutionRewound"],
  ...[
    "TaskCompleted",
    "TaskFailed",
    "SubOrchestrationCompleted",
    "SubOrchestrationFailed",
    "TimerFired",
    "EventRaised",
  ],
] as readonly MessageEvent["type"][];

function addressedToOwner(event: HistoryEvent): MessageEvent {
  if (event.type !== "ExecutionStarted") return event as MessageEvent;
  return { ...event, instance: { ...event.instance, instanceId: OWNER.instanceId } };
}

describe("messages", () => {
  describe.each([true, false])("in a database whose collation is UTF-8: %p", (isUtf8) => {
    it.each(MESSAGE_TYPES)("are read as they were sent: %s [SQL11, SQL38]", (type) => {
      const messages = fc.record(
        {
          instanceId: fc.constant("i1"),
          event: EVENTS_BY_TYPE[type].map(addressedToOwner),
          executionId: fc.string({ minLength: 1, maxLength: 9 }),
          dueAt: anyTime,
        },
        { requiredKeys: ["instanceId", "event"] },
      );
      fc.assert(
        fc.property(messages, (message) => {
          const row = asStored(encodeMessage(message, { isUtf8 }), isUtf8);
          expect(decodeMessage(stored(row), OWNER)).toEqual({
            type: "message",
            message: { ...message, sequenceNumber: 7 },
          });
          // History refers to the payload of the message: the event is the same when it is read from there.
          const { text, reason, hostData } = row;
          const recorded = asStored(encodeEvent(message.event, { isUtf8 }), isUtf8);
          expect(decodeEvent({ ...recorded, text, reason, hostData }, OWNER)).toEqual({
            type: "event",
            event: message.event,
          });
        }),
        { numRuns: 100 },
      );
    });
  });

  it("are visible from the time they are due", () => {
    const visibleTime = (message: Omit<OutboundMessage, "instanceId">) =>
      encodeMessage({ instanceId: "i1", ...message }).visibleTime;
    expect(visibleTime({ event: anEventRaised("go") })).toBeNull();
    expect(visibleTime({ event: anEventRaised("go"), dueAt: 5.5 })).toBe(6);
    expect(visibleTime({ event: anExecutionStarted("i1", { scheduledStartTime: 8 }) })).toBe(8);
    expect(visibleTime({ event: anExecutionStarted("i1", { scheduledStartTime: 8 }), dueAt: 9 })).toBe(9);
  });

  it("name the execution they are for, and a start the one it begins", () => {
    const outcome = encodeMessage({ instanceId: "i1", executionId: "e1", event: aTaskCompleted(1) });
    expect(outcome).toMatchObject({ instanceId: "i1", executionId: "e1", hostData: null, seed: null });
    const start = encodeMessage({ instanceId: "i1", event: anExecutionStarted("i1") });
    expect(start.executionId).toBe("i1-e1");
  });

  it("go to whichever execution runs where nobody knows which awaits them [SQL38]", () => {
    const event = { type: "SubOrchestrationCompleted", timestamp: 1, taskScheduledId: 3, result: "1" } as const;
    const row = encodeMessage({ instanceId: "parent", executionId: "", event });
    expect(row).toMatchObject({ eventType: "SubOrchestrationInstanceCompleted", taskId: 3, executionId: null });
    expect(row.hostData).toBeNull();
  });

  it.each([
    ["too long", "ü".repeat(51), true],
    ["not all in the code page", "ü", false],
    ["no Unicode", "a\ud800", true],
  ])("are refused when the id of their instance is %s [SQL11, SQL12]", (_what, instanceId, isUtf8) => {
    const message = { instanceId, event: anEventRaised("go") };
    expect(() => encodeMessage(message, { isUtf8 })).toThrow(expect.objectContaining({ code: "INVALID_INSTANCE_ID" }));
  });

  it("may be for an id of exactly 100 bytes [SQL12]", () => {
    const instanceId = "ü".repeat(50);
    expect(encodeMessage({ instanceId, event: anEventRaised("go") }).instanceId).toBe(instanceId);
  });

  it.each([NaN, Infinity])("are refused when due at %p", (dueAt) => {
    const message = { instanceId: "i1", event: anEventRaised("go"), dueAt };
    expect(() => encodeMessage(message)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("operations of entities", () => {
  const owner = { instanceId: "@counter@a", executionId: "" };
  const dueAt = Date.UTC(2030, 0, 2, 3, 4, 5, 678);

  it("bear their time in their name when it is yet to come, and become visible then [SQL45]", () => {
    const message = { instanceId: "@counter@a", event: anEventRaised("op", { input: "{}" }), dueAt };
    const row = encodeMessage(message);
    expect(row).toMatchObject({ name: "op@2030-01-02T03:04:05.6780000Z", visibleTime: dueAt, hostData: null });
    expect(decodeMessage(stored(row), owner)).toMatchObject({ message: { ...message, sequenceNumber: 7 } });
  });

  it("are named as they are otherwise", () => {
    const row = encodeMessage({ instanceId: "@counter@a", event: anEventRaised("op") });
    expect(row).toMatchObject({ name: "op", visibleTime: null });
    expect(encodeMessage({ instanceId: "i1", event: anEventRaised("op"), dueAt }).name).toBe("op");
    expect(encodeMessage({ instanceId: "@counter@a", event: anEventRaised("release"), dueAt }).name).toBe("release");
  });

  it.each([
    ["op@2030-01-02T03:04:05.6780000Z", { dueAt }],
    ["op@soon", {}],
    ["op", {}],
  ])("are read as such when Microsoft's provider has queued them as %s", (name, due) => {
    expect(decodeMessage(aRow("EventRaised", { name, text: "{}" }), owner)).toEqual({
      type: "message",
      message: { instanceId: "@counter@a", event: anEventRaised("op", { input: "{}" }), sequenceNumber: 7, ...due },
    });
  });
});

describe("seeds", () => {
  it("share the input of the start they come with", () => {
    const seed = anInstanceSeed("i1", { input: '{"sku":"A1"}', tags: {}, parentInstanceId: "p" });
    const row = encodeMessage({ instanceId: "i1", event: anExecutionStarted("i1"), seed });
    expect(row.seed).toMatchObject({ name: "order", parentInstanceId: "p", input: "in the message's payload" });
    expect(seedOf(row)).toMatchObject({ ...seed, instanceId: "i1", runtimeStatus: "Pending", lastUpdatedAt: BUILT_AT });
    expect(decodeMessage(stored(row), OWNER)).toMatchObject({ message: { event: anExecutionStarted("i1") } });
  });

  it("have an input of their own next to another event", () => {
    const seed = anInstanceSeed("@counter@a", { name: "zähler\ud800", version: "ü", input: '"ü"', tags: { ü: "😀" } });
    for (const isUtf8 of [true, false]) {
      const message = { instanceId: "@counter@a", event: anEventRaised("op"), seed };
      const row = asStored(encodeMessage(message, { isUtf8 }), isUtf8);
      expect(row.hostData).toBeNull();
      expect(seedOf(row)).toMatchObject(seed);
    }
  });

  function seedOf({ seed, text, hostData }: MessageRow) {
    if (seed === null) throw new Error("There is no seed.");
    const input = typeof seed.input === "string" ? { text, hostData } : seed.input;
    return decodeInstance({ ...seed, input });
  }

  it("lose tags that the column does not hold, and so does the start [SQL40]", () => {
    const tags = { big: "x".repeat(8_000) };
    const event = anExecutionStarted("i1", { tags });
    const row = encodeMessage({ instanceId: "i1", event, seed: anInstanceSeed("i1", { tags }) });
    expect(row).toMatchObject({ lostTags: true, seed: { tags: null } });
    expect(decodeMessage(stored(row), OWNER)).toEqual({
      type: "message",
      message: { instanceId: "i1", event: anExecutionStarted("i1"), sequenceNumber: 7 },
    });
    expect(encodeMessage({ instanceId: "i1", event: anExecutionStarted("i1") }).lostTags).toBe(false);
  });

  it("are refused when they were made at no time", () => {
    const seed = anInstanceSeed("i1", { createdAt: NaN });
    const message = { instanceId: "i1", event: anEventRaised("go"), seed };
    expect(() => encodeMessage(message)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("timers", () => {
  it("are messages that become visible at their time, and are found by their id [SQL37]", () => {
    const row = encodeTimer({ timerId: 4, fireAt: 99 }, { instanceId: "i1", executionId: "e1" });
    expect(row).toMatchObject({
      ...{ instanceId: "i1", executionId: "e1", eventType: "TimerFired", taskId: 4, visibleTime: 99, timestamp: 99 },
      hostData: null,
    });
  });

  it("fire with the very time they were set to, though the column holds whole milliseconds", () => {
    const row = encodeTimer({ timerId: 4, fireAt: 99.5 }, { instanceId: "i1", executionId: "e1" });
    expect(row.visibleTime).toBe(100);
    expect(decodeMessage(stored(row), OWNER)).toMatchObject({ message: { event: { timestamp: 100, fireAt: 99.5 } } });
  });

  it("of Microsoft's provider have not fired before their time", () => {
    const fireAt = BUILT_AT + 5_000;
    const row = aRow("TimerFired", { taskId: 4, visibleTime: fireAt, executionId: "e1" });
    expect(decodeMessage(row, OWNER)).toEqual({
      type: "message",
      message: {
        instanceId: "i1",
        executionId: "e1",
        dueAt: fireAt,
        event: { type: "TimerFired", timestamp: fireAt, timerId: 4, fireAt },
        sequenceNumber: 7,
      },
    });
  });
});

describe("messages that cannot be read", () => {
  it.each([
    ["of an unknown type", aRow("ExecutionExploded"), { type: "unreadable" }],
    ["of a type that no instance is sent", aRow("TimerCreated", { taskId: 1 }), { type: "unreadable" }],
    ["one that wakes a rewound instance", aRow("GenericEvent"), { message: { event: { type: "ExecutionRewound" } } }],
  ])("are told apart: %s [SQL44]", (_what, row, result) => {
    expect(decodeMessage(row, OWNER)).toMatchObject(result);
  });
});
