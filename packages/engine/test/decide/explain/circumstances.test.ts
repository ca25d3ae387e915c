import type { InstanceState, WorkDescription } from "@durable-host/engine";
import { waitsOfInstance, type Circumstances } from "../../../src/decide/explain/circumstances";
import { anInstance, T0 } from "../events";

const now = T0 + 10_000;

function waits(
  instance: Partial<InstanceState>,
  work: Partial<WorkDescription> | undefined,
  more: Partial<Circumstances> = {},
) {
  const described = work && { pendingMessages: 0, timers: [], activities: [], ...work };
  return waitsOfInstance({ instance: anInstance(instance), now, work: described, isKnown: true, ...more });
}

describe("what an instance as a whole waits for", () => {
  it("is a free place when its start is due, and nothing else counts its start as a message", () => {
    expect(waits({}, { pendingMessages: 1, oldestMessageAt: T0 })).toEqual([{ type: "Start", since: T0 }]);
    expect(waits({}, undefined)).toEqual([{ type: "Start", since: T0 }]);
  });

  it("is the time of a scheduled start, which holds messages back", () => {
    expect(waits({}, { pendingMessages: 2, oldestMessageAt: T0 + 1, nextDueAt: now + 5 })).toEqual([
      { type: "Start", since: T0, scheduledFor: now + 5 },
      { type: "Messages", count: 2, since: T0 + 1 },
    ]);
  });

  it("is no start while its first episode is executed", () => {
    const lock = { owner: "p1", expiresAt: now };
    expect(waits({}, { lock, pendingMessages: 2, oldestMessageAt: T0 })).toEqual([
      { type: "Messages", count: 1, since: T0 },
    ]);
  });

  it("are messages and delays of a running instance", () => {
    const running = { runtimeStatus: "Running" } as const;
    expect(waits(running, {})).toEqual([]);
    expect(waits(running, { pendingMessages: 1, notBefore: now + 500 })).toEqual([
      { type: "Retry", notBefore: now + 500 },
      { type: "Messages", count: 1 },
    ]);
    expect(waits(running, { notBefore: now - 1 })).toEqual([]);
  });

  it("is another host, a function, somebody to resume it", () => {
    const version = { type: "Version", version: "2", hostVersion: "1", strategy: "Strict" } as const;
    const suspended = { type: "Resume", since: T0, reason: "audit" } as const;
    const suspendedInstance = { runtimeStatus: "Suspended" } as const;
    expect(waits(suspendedInstance, undefined, { version, suspended, isKnown: false })).toEqual([
      version,
      { type: "UnknownFunction", name: "order" },
      suspended,
    ]);
  });

  it("is nothing for an instance that has ended", () => {
    const version = { type: "Version", version: "2", hostVersion: "1", strategy: "Strict" } as const;
    expect(waits({ runtimeStatus: "Failed" }, {}, { version, isKnown: false })).toEqual([]);
  });

  it("counts every message of an entity, which has no start", () => {
    expect(waits({ instanceId: "@stock@a" }, { pendingMessages: 1, oldestMessageAt: T0 })).toEqual([
      { type: "Messages", count: 1, since: T0 },
    ]);
  });
});
