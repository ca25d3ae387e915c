import type { HistoryEvent } from "@durable-host/engine";
import { foldHistory } from "../../src/decide/runtime-state";
import { lockAgain } from "../../src/decide/lock-again";
import { aStart, begun, done, T0 } from "./events";

const sent = (eventId: number, instanceId: string, name: string, body: object): HistoryEvent => ({
  type: "EventSent",
  timestamp: T0,
  eventId,
  instanceId,
  name,
  input: JSON.stringify(body),
});
const lockset = [
  { name: "a", key: "1" },
  { name: "b", key: "1" },
];
const request = sent(1, "@a@1", "op", { id: "r1", parent: "i1", parentExecution: "e1", lockset, pos: 0 });
const release = (eventId: number, entity: string) => sent(eventId, entity, "release", { parent: "i1", id: "r1" });
const call = sent(0, "@a@1", "op", { id: "r0", op: "get", parent: "i1", input: "r1" });

/** What a rewound execution with these events sends. */
function sends(...events: readonly HistoryEvent[]) {
  const history = [begun(), aStart(), ...events, done()];
  return lockAgain(history, foldHistory(history).heldLock, T0 + 5);
}

describe("a rewound execution", () => {
  it("asks again for the lock it holds or waits for, with the same request", () => {
    const [message, ...more] = sends(call, request);
    expect(message).toMatchObject({
      instanceId: "@a@1",
      event: { type: "EventRaised", name: "op", timestamp: T0 + 5 },
    });
    expect(message?.event).toMatchObject({ input: "input" in request ? request.input : "" });
    expect(more).toEqual([]);
  });

  it("asks for nothing when it is in no critical section, or has released a part of it", () => {
    expect(sends(call)).toEqual([]);
    expect(sends(request, release(2, "@a@1"), release(3, "@b@1"))).toEqual([]);
    expect(sends(request, release(2, "@b@1"))).toEqual([]);
  });
});
