import { DurableHostError, type ActivityWorkItem } from "@durable-host/engine";
import { anActivityTask, ManualClock } from "@durable-host/testkit";
import { HeldLocks, type HeldTask } from "../../src/microsoft/held-locks";

const HELD: HeldTask = { kind: "task", instanceId: "i1", executionId: "e1", sequenceNumber: 7 };
const LOST = expect.objectContaining({ code: "LOCK_LOST" });

function aTask(): ActivityWorkItem {
  const lock = { token: "t", expiresAt: 0 };
  return { kind: "activity", lock, task: anActivityTask("i1", 1), previousDeliveries: 0 };
}

describe("the locks of a process on Microsoft's procedures", () => {
  const setUp = () => {
    const clock = new ManualClock();
    const locks = new HeldLocks(clock);
    const item = aTask();
    locks.add(item, HELD, clock.now() + 1_000);
    return { clock, locks, item };
  };

  it("are held until they expire, and not a moment longer", () => {
    const { clock, locks, item } = setUp();
    expect(locks.task(item)).toBe(HELD);
    clock.advance(999);
    expect(locks.task(item)).toBe(HELD);
    clock.advance(1);
    expect(() => locks.task(item)).toThrow(LOST);
    expect(() => locks.renewed(item, clock.now() + 1_000)).toThrow(LOST);
    expect(locks.take(item)).toBeUndefined();
    expect(locks.takeAll()).toEqual([]);
  });

  it("last longer when they are renewed", () => {
    const { clock, locks, item } = setUp();
    locks.renewed(item, clock.now() + 2_000);
    clock.advance(1_500);
    expect(locks.task(item)).toBe(HELD);
  });

  it("are let go once, one by one or all together", () => {
    const { locks, item } = setUp();
    expect(locks.take(item)).toBe(HELD);
    expect(locks.take(item)).toBeUndefined();
    const { locks: others } = setUp();
    expect(others.takeAll()).toEqual([HELD]);
    expect(others.takeAll()).toEqual([]);
  });

  it("are nobody else's while what ends them is under way, and held again when that fails", async () => {
    const { locks, item } = setUp();
    const failing = locks.ending(item, async () => {
      expect(() => locks.task(item)).toThrow(LOST);
      throw new DurableHostError("STORAGE_TRANSIENT", "not now");
    });
    await expect(failing).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
    expect(locks.task(item)).toBe(HELD);
  });

  it("stay lost when that finds them lost", async () => {
    const { locks, item } = setUp();
    const losing = locks.ending(item, () => Promise.reject(new DurableHostError("LOCK_LOST", "gone")));
    await expect(losing).rejects.toEqual(LOST);
    expect(() => locks.task(item)).toThrow(LOST);
    await expect(locks.ending(item, async () => 1)).rejects.toEqual(LOST);
  });
});
