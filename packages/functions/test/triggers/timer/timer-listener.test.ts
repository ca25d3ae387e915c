import { setImmediate as nextTurn } from "node:timers/promises";
import type { RecordStore, StoredRecord } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { parseSchedule } from "../../../src/triggers/timer/schedule";
import { TimerListener, type TimerListenerOptions } from "../../../src/triggers/timer/timer-listener";
import { sharedTimerRecords } from "../../../src/triggers/timer/timer-record";
import type { TriggerInvocation } from "../../../src/triggers/trigger-type";

const START = Date.parse("2026-01-01T00:00:00Z");
const MINUTE = 60_000;

/** Records of one store, which can stop answering. */
class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, StoredRecord>();
  isAway = false;

  async get(key: string): Promise<StoredRecord | undefined> {
    await this.#answer();
    return this.#records.get(key);
  }

  async put(key: string, value: string, expectedVersion: number | undefined): Promise<boolean> {
    await this.#answer();
    if (this.#records.get(key)?.version !== expectedVersion) return false;
    this.#records.set(key, { key, value, version: (expectedVersion ?? 0) + 1 });
    return true;
  }

  async delete(key: string): Promise<void> {
    await this.#answer();
    this.#records.delete(key);
  }

  async list(prefix: string): Promise<readonly StoredRecord[]> {
    await this.#answer();
    return [...this.#records.values()].filter(({ key }) => key.startsWith(prefix));
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new Error("The store does not answer.");
  }
}

interface Run {
  readonly host: string;
  readonly at: number;
  readonly value: { readonly ScheduleStatus: { readonly Last: string } | null; readonly IsPastDue: boolean };
  readonly details: string | undefined;
}

let clock: ManualClock;
let records: MemoryRecords;
let runs: Run[];
let holdRuns: Promise<void> | undefined;

beforeEach(() => {
  clock = new ManualClock(START);
  records = new MemoryRecords();
  runs = [];
  holdRuns = undefined;
});

function aListener(options: Partial<TimerListenerOptions> & { readonly expression?: string } = {}): TimerListener {
  const { expression = "0 * * * * *", owner = "host-1", ...rest } = options;
  return new TimerListener({
    schedule: parseSchedule(expression, "UTC"),
    records: () => sharedTimerRecords(records, "tick"),
    runOnStartup: false,
    isMonitored: true,
    owner,
    clock,
    logger: silentLogger,
    run: async ({ triggerData, details }: TriggerInvocation) => {
      const value = JSON.parse(triggerData["json"] as string) as Run["value"];
      runs.push({ host: owner, at: clock.now() - START, value, details });
      await holdRuns;
      return {};
    },
    ...rest,
  });
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

/** Moves time on in steps, so that what becomes due on the way is done before the next step. */
async function pass(ms: number, step = 1000): Promise<void> {
  await settled();
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(Math.min(step, ms - passed));
    await settled();
  }
}

/** As long as it takes to let go of. */
function held(): () => void {
  let letGo: () => void = () => undefined;
  holdRuns = new Promise((resolve) => {
    letGo = resolve;
  });
  return letGo;
}

describe("a timer", () => {
  it("fires at each occurrence and tells when it fired last and fires next", async () => {
    const listener = aListener();
    await listener.start();
    await pass(2 * MINUTE + 1000);
    expect(runs.map(({ at }) => at)).toEqual([MINUTE, 2 * MINUTE]);
    expect(runs[0]?.value).toMatchObject({
      IsPastDue: false,
      Schedule: { AdjustForDST: true },
      ScheduleStatus: { Last: "0001-01-01T00:00:00+00:00", Next: "2026-01-01T00:01:00.000Z" },
    });
    expect(runs[1]?.value.ScheduleStatus?.Last).toBe("2026-01-01T00:01:00.000Z");
    await listener.stop();
  });

  it("does not run when it is started for the first time, unless it is to run on startup [FH61]", async () => {
    const plain = aListener();
    await plain.start();
    await pass(1000);
    await plain.stop();
    expect(runs).toEqual([]);

    const eager = aListener({ runOnStartup: true });
    await eager.start();
    await pass(1000);
    await eager.stop();
    expect(runs).toHaveLength(1);
    expect(runs[0]?.details).toMatch(/^UnscheduledInvocationReason: RunOnStartup/);
  });

  it("runs once, and is told that it is past due, however much was missed while no host ran [FH59]", async () => {
    const first = aListener();
    await first.start();
    await pass(MINUTE);
    await first.stop();
    clock.advance(60 * MINUTE + 1000);
    const second = aListener();
    await second.start();
    await pass(2000);
    expect(runs.map(({ value }) => value.IsPastDue)).toEqual([false, true]);
    await pass(MINUTE);
    expect(runs.map(({ value }) => value.IsPastDue)).toEqual([false, true, false]);
    await second.stop();
  });

  it("makes up for nothing without a monitor", async () => {
    const first = aListener({ isMonitored: false });
    await first.start();
    await pass(1000);
    await first.stop();
    clock.advance(10 * MINUTE);
    const second = aListener({ isMonitored: false });
    await second.start();
    await pass(1000);
    expect(runs).toEqual([]);
    await pass(MINUTE);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.value.ScheduleStatus).toBeNull();
    await second.stop();
  });

  it("with a changed schedule is not past due", async () => {
    const first = aListener();
    await first.start();
    await pass(1000);
    await first.stop();
    clock.advance(10 * MINUTE);
    const second = aListener({ expression: "0 30 * * * *" });
    await second.start();
    await pass(1000);
    expect(runs).toEqual([]);
    await second.stop();
  });

  it("does not overlap itself: occurrences during a long run are left out [FH62]", async () => {
    const listener = aListener();
    await listener.start();
    const letGo = held();
    await pass(5 * MINUTE + 30_000, 10_000);
    expect(runs).toHaveLength(1);
    letGo();
    await pass(MINUTE);
    expect(runs.map(({ at }) => at)).toEqual([MINUTE, 6 * MINUTE]);
    await listener.stop();
  });

  it("goes on after a run that failed", async () => {
    let attempts = 0;
    const listener = aListener({
      run: async () => {
        attempts++;
        return Promise.reject(new Error("no"));
      },
    });
    await listener.start();
    await pass(2 * MINUTE + 1000);
    expect(attempts).toBe(2);
    await listener.stop();
  });

  it("waits for its run when it is stopped, and fires no more", async () => {
    const listener = aListener();
    await listener.start();
    const letGo = held();
    await pass(MINUTE);
    let isStopped = false;
    const stopping = listener.stop().then(() => {
      isStopped = true;
    });
    await settled();
    expect(isStopped).toBe(false);
    letGo();
    await stopping;
    await pass(5 * MINUTE, MINUTE);
    expect(runs).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("is not run again when the store does not answer at the end of its run", async () => {
    const listener = aListener();
    await listener.start();
    const letGo = held();
    await pass(MINUTE);
    records.isAway = true;
    letGo();
    await pass(20_000);
    records.isAway = false;
    await pass(39_000);
    expect(runs.map(({ at }) => at)).toEqual([MINUTE]);
    await pass(1000);
    expect(runs.map(({ at, value }) => [at, value.IsPastDue])).toEqual([
      [MINUTE, false],
      [2 * MINUTE, false],
    ]);
    await listener.stop();
    expect(clock.pending).toBe(0);
  });

  it("can be stopped while the store does not answer at the end of its run", async () => {
    const listener = aListener();
    await listener.start();
    const letGo = held();
    await pass(MINUTE);
    records.isAway = true;
    letGo();
    await settled();
    await listener.stop();
    expect(clock.pending).toBe(0);
  });

  it("fires when the store answers again", async () => {
    const listener = aListener();
    await listener.start();
    await pass(1000);
    records.isAway = true;
    await pass(2 * MINUTE);
    expect(runs).toEqual([]);
    records.isAway = false;
    await pass(6000);
    expect(runs).toHaveLength(1);
    await listener.stop();
  });
});

describe("a timer of several hosts", () => {
  it("fires once per occurrence [FH60]", async () => {
    const listeners = ["a", "b", "c"].map((owner) => aListener({ owner }));
    await Promise.all(listeners.map((listener) => listener.start()));
    await pass(5 * MINUTE + 1000);
    expect(runs.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5].map((minute) => minute * MINUTE));
    await Promise.all(listeners.map((listener) => listener.stop()));
  });

  it("is not run by another host while a run lasts", async () => {
    const listeners = ["a", "b"].map((owner) => aListener({ owner }));
    await Promise.all(listeners.map((listener) => listener.start()));
    const letGo = held();
    await pass(10 * MINUTE, 5000);
    expect(runs).toHaveLength(1);
    letGo();
    await pass(MINUTE);
    await Promise.all(listeners.map((listener) => listener.stop()));
    expect(runs).toHaveLength(2);
  });

  it("is run by another host when the one that ran it is gone", async () => {
    const dying = aListener({ owner: "dying" });
    const survivor = aListener({ owner: "survivor" });
    await dying.start();
    await survivor.start();
    held();
    await pass(MINUTE);
    const [{ host } = { host: "" }] = runs;
    // What a killed process leaves behind: a claim that nobody renews.
    const claimed = await records.get("timer:tick");
    const lasting = records.put.bind(records);
    records.put = async (key, value, version) =>
      value.includes(`"owner":"${host}"`) ? false : lasting(key, value, version);
    expect(claimed?.value).toContain(`"owner":"${host}"`);
    await pass(20_000);
    expect(runs).toHaveLength(2);
    expect(runs[1]?.host).not.toBe(host);
    expect(runs[1]?.value.IsPastDue).toBe(true);
  });
});
