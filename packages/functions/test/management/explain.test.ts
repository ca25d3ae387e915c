import type { InstanceExplanation, InstanceState, Wait } from "@durable-host/engine";
import { waitText } from "../../src/management/explanation-text";
import { callApi } from "./call-api";
import { anInstance, FakeTaskHub, T0 } from "./fake-task-hub";

const NOW = T0 + 60_000;
const iso = (time: number): string => new Date(time).toISOString();
const lock = { owner: "this process (pid 7)", since: NOW - 4_000, expiresAt: NOW + 30_000 };

async function explained(
  fields: Partial<InstanceExplanation>,
  instance: Partial<InstanceState> = {},
  query = "",
): Promise<Record<string, unknown>> {
  const hub = new FakeTaskHub();
  const explanation = { at: NOW, instance: anInstance(instance), waitsFor: [], lockKnown: true, codeHasEnded: false };
  hub.explanations.set("i1", { ...explanation, ...fields });
  const answer = await callApi(hub, `GET /instances/i1/explain${query}`);
  expect(answer.status).toBe(200);
  return answer.json as Record<string, unknown>;
}

describe("GET /instances/{id}/explain", () => {
  it("answers 404 for an unknown instance", async () => {
    expect(await callApi(new FakeTaskHub(), "GET /instances/i1/explain")).toMatchObject({
      status: 404,
      text: undefined,
    });
  });

  it("leaves what the app has made as it is, whatever its fields are called", async () => {
    const output = { at: 12, since: 1e20, nested: [{ fireAt: 5 }] };
    const failureDetails = { name: "Error", message: "m", properties: { since: 7 } };
    const instance = { runtimeStatus: "Completed", output: JSON.stringify(output), failureDetails } as never;
    expect(await explained({}, instance)).toMatchObject({
      ended: { at: iso(T0 + 1000), output, failureDetails },
    });
  });

  it("answers what it waits for and who has it, as text and as data with ISO times", async () => {
    const waitsFor: Wait[] = [
      {
        type: "Activity",
        id: 3,
        name: "chargePayment",
        since: NOW - 9_000,
        attempt: 1,
        progress: { state: "running", deliveries: 1, lock },
        position: "src/orders/charge-order.ts:12:5",
      },
    ];
    expect(await explained({ waitsFor, lock })).toEqual({
      name: "hello",
      instanceId: "i1",
      executionId: "e1",
      version: "",
      runtimeStatus: "Running",
      createdTime: iso(T0),
      lastUpdatedTime: iso(T0 + 1000),
      asOf: iso(NOW),
      text:
        `Running; executed by this process (pid 7) for 4 s, locked until ${iso(NOW + 30_000)} (in 30 s); ` +
        "waits for activity 'chargePayment' (task 3), running for 4 s [src/orders/charge-order.ts:12:5]",
      waitsForCount: 1,
      waitsFor: [
        {
          type: "Activity",
          text: "waits for activity 'chargePayment' (task 3), running for 4 s [src/orders/charge-order.ts:12:5]",
          id: 3,
          name: "chargePayment",
          since: iso(NOW - 9_000),
          attempt: 1,
          progress: {
            state: "running",
            deliveries: 1,
            lock: { owner: lock.owner, since: iso(lock.since), expiresAt: iso(lock.expiresAt) },
          },
          position: "src/orders/charge-order.ts:12:5",
        },
      ],
      lock: {
        text: `executed by this process (pid 7) for 4 s, locked until ${iso(NOW + 30_000)} (in 30 s)`,
        owner: lock.owner,
        since: iso(lock.since),
        expiresAt: iso(lock.expiresAt),
      },
    });
  });

  it("tells an instance that is not locked from one whose store does not tell", async () => {
    expect(await explained({})).toMatchObject({ lock: null, text: "Running; nothing is known that it waits for" });
    expect(await explained({ lockKnown: false })).not.toHaveProperty("lock");
  });

  it("shows the critical section that it is in", async () => {
    const holds = { entities: ["@stock@a", "@stock@b"], requestId: "r1", since: NOW - 5_000 };
    expect((await explained({ holds }))["holds"]).toEqual({
      ...holds,
      text: "is in a critical section over '@stock@a', '@stock@b' for 5 s",
      since: iso(holds.since),
    });
  });

  it("shows how it ended", async () => {
    const ended = await explained({}, { runtimeStatus: "Failed", output: "boom", completedAt: NOW - 1_000 });
    expect(ended).toMatchObject({
      text: `Failed at ${iso(NOW - 1_000)} (1 s ago): boom`,
      ended: { status: "Failed", at: iso(NOW - 1_000), output: "boom" },
    });
    const completed = await explained({}, { runtimeStatus: "Completed", output: '{"ok":1}', completedAt: NOW });
    expect(completed).toMatchObject({ text: `Completed at ${iso(NOW)} (0 ms ago)`, ended: { output: { ok: 1 } } });
  });

  it("says when the code has ended but its tasks have not", async () => {
    const waitsFor: Wait[] = [{ type: "Timer", id: 1, since: NOW, fireAt: NOW + 90_000 }];
    expect(await explained({ codeHasEnded: true, waitsFor })).toMatchObject({
      codeHasEnded: true,
      text: expect.stringMatching(/^Running; its code has ended, and .*; waits for a timer/),
    });
  });

  it("shows as many entries as asked for, and how many there are", async () => {
    const waitsFor = Array.from({ length: 120 }, (_, index): Wait => ({ type: "ExternalEvent", name: `e${index}` }));
    const all = await explained({ waitsFor });
    expect([all["waitsForCount"], (all["waitsFor"] as unknown[]).length]).toEqual([120, 100]);
    expect(all["text"]).toBe("Running; waits for external event 'e0', and 119 more");
    expect((await explained({ waitsFor }, {}, "?top=2"))["waitsFor"]).toHaveLength(2);
  });

  it("explains an entity by its state, queue and lock", async () => {
    const entity = { exists: true, queueLength: 2, lockedBy: "o1", lockedSince: NOW - 7_000 };
    expect(await explained({ entity, lock: undefined })).toMatchObject({
      text: "entity with state, locked by 'o1' for 7 s, 2 queued",
      entity: { exists: true, queueLength: 2, lockedBy: "o1", lockedSince: iso(NOW - 7_000) },
    });
  });
});

describe("the text of a wait", () => {
  const activity = { type: "Activity", id: 3, name: "ship", since: NOW - 2_000, attempt: 1 } as const;
  const child = { type: "SubOrchestration", id: 2, name: "pay", instanceId: "p1", since: NOW - 300_000 } as const;
  const call = {
    type: "EntityCall",
    id: 1,
    entity: "@s@a",
    operation: "get",
    requestId: "r",
    since: NOW - 3_000,
  } as const;
  const section = {
    type: "CriticalSection",
    id: 0,
    entities: ["@s@a", "@s@b"],
    requestId: "r",
    since: NOW - 3_000,
    acquired: [],
  } as const;
  const other = { exists: true, queueLength: 1 } as const;
  const cases: readonly (readonly [Wait, string])[] = [
    [activity, "waits for activity 'ship' (task 3), scheduled 2 s ago"],
    [
      { ...activity, attempt: 2, progress: { state: "queued", deliveries: 0 } },
      "waits for activity 'ship' (task 3), attempt 2, queued for 2 s",
    ],
    [
      { ...activity, progress: { state: "queued", deliveries: 3, notBefore: NOW + 500 } },
      `waits for activity 'ship' (task 3), queued for 2 s, delivered 3 times, tried again at ${iso(NOW + 500)} (in 500 ms)`,
    ],
    [
      { ...activity, progress: { state: "answered" } },
      "waits for activity 'ship' (task 3), whose outcome is to be processed",
    ],
    [
      { ...activity, http: "GET http://localhost/x", progress: { state: "running", deliveries: 1 } },
      "waits for HTTP call 'GET http://localhost/x' (task 3), running for 2 s",
    ],
    [
      { type: "Timer", id: 4, since: NOW, fireAt: NOW + 3_723_000 },
      `waits for a timer (4) at ${iso(NOW + 3_723_000)} (in 1 h 2 min)`,
    ],
    [
      {
        type: "Timer",
        id: 5,
        since: NOW - 1_000,
        fireAt: NOW + 4_000,
        retryOf: { type: "Activity", id: 3, name: "ship", attempt: 2 },
      },
      `waits until ${iso(NOW + 4_000)} (in 4 s) after attempt 2 of activity 'ship' (task 3) has failed: a retry delay of 5 s`,
    ],
    [
      { ...child, attempt: 1, runtimeStatus: "Suspended" },
      "waits for sub-orchestration 'pay' (task 2) with instance id 'p1', which is Suspended, for 5 min 0 s",
    ],
    [
      { ...child, attempt: 3, runtimeStatus: "NotFound" },
      "waits for sub-orchestration 'pay' (task 2), attempt 3 with instance id 'p1', which is not there, for 5 min 0 s",
    ],
    [call, "waits for operation 'get' of entity '@s@a' for 3 s"],
    [
      { ...call, situation: { ...other, lockedBy: "o1" } },
      "waits for operation 'get' of entity '@s@a' for 3 s; the entity is locked by 'o1'; it has 1 request queued",
    ],
    [section, "waits to enter the critical section over '@s@a', '@s@b' for 3 s"],
    [
      { ...section, heldUpBy: { entity: "@s@a", ...other, lockedBy: "o1" } },
      "waits to enter the critical section over '@s@a', '@s@b' for 3 s; '@s@a' is locked by 'o1'",
    ],
    [
      { ...section, heldUpBy: { entity: "@s@a", ...other } },
      "waits to enter the critical section over '@s@a', '@s@b' for 3 s; the request is on its way to '@s@a'",
    ],
    [
      { ...section, acquired: section.entities },
      "waits to enter the critical section over '@s@a', '@s@b' for 3 s; all of them are locked for it",
    ],
    [
      { ...activity, awaited: false, position: "a.ts:1:2" },
      "waits for activity 'ship' (task 3), scheduled 2 s ago, though the code does not stand at it [a.ts:1:2]",
    ],
    [{ type: "ExternalEvent", name: "Go", position: "a.ts:1:2" }, "waits for external event 'Go' [a.ts:1:2]"],
    [{ type: "Messages", count: 2, since: NOW - 300 }, "has 2 messages to be processed, the first for 300 ms"],
    [{ type: "Messages", count: 1 }, "has 1 message to be processed"],
    [{ type: "Start", since: NOW - 5_000 }, "waits for a free place to begin, for 5 s"],
    [
      { type: "Start", since: NOW, scheduledFor: NOW + 180_000_000 },
      `begins at ${iso(NOW + 180_000_000)} (in 2 d 2 h)`,
    ],
    [{ type: "Resume", since: NOW - 65_000, reason: "audit" }, "has been suspended for 1 min 5 s: audit"],
    [{ type: "Resume", since: NOW - 65_000, reason: null }, "has been suspended for 1 min 5 s"],
    [
      { type: "Retry", notBefore: NOW + 900 },
      `was given back by a worker and is tried again at ${iso(NOW + 900)} (in 900 ms)`,
    ],
    [
      { type: "Version", version: "2.0", hostVersion: "1.0", strategy: "Strict" },
      "waits for a host that executes version '2.0': this one is of version '1.0' with versionMatchStrategy Strict",
    ],
    [{ type: "UnknownFunction", name: "old" }, "has no function to execute it: the app of this host has no 'old'"],
    [{ type: "Release", lockedBy: "o1", since: NOW - 1_000 }, "waits for 'o1' to leave its critical section, for 1 s"],
  ];

  it.each(cases.map(([wait, text]) => [text, wait] as const))("%s", (text, wait) => {
    expect(waitText(wait, NOW)).toBe(text);
  });

  it("takes a start in the future, as another machine's clock may have it, for now", () => {
    expect(waitText({ type: "Start", since: NOW + 100 }, NOW)).toBe("waits for a free place to begin, for 0 ms");
  });
});
