import type { WorkKind } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { Poller, type Peek } from "../../src/work/poller";

const SHORTEST_MS = 50;
const LONGEST_MS = 1_000;
const NOTHING: Peek = { ready: [] };

/** A poller whose looks end when the test says what they have found. */
class PollerHarness {
  readonly clock = new ManualClock();
  readonly found: WorkKind[] = [];
  looks = 0;
  #end: { resolve(peek: Peek): void; reject(error: Error): void } | undefined;

  readonly poller = new Poller({
    peek: () => {
      this.looks++;
      return new Promise<Peek>((resolve, reject) => (this.#end = { resolve, reject }));
    },
    onReady: (kinds) => this.found.push(...kinds),
    clock: this.clock,
    logger: silentLogger,
    shortestMs: SHORTEST_MS,
    longestMs: LONGEST_MS,
  });

  async find(peek: Peek): Promise<void> {
    this.#end?.resolve(peek);
    await settled();
  }

  async fail(): Promise<void> {
    this.#end?.reject(new Error("The database does not answer."));
    await settled();
  }

  /** How long it takes until the next look, in steps of a millisecond. */
  untilNextLook(limitMs = LONGEST_MS * 2): number {
    const before = this.looks;
    const began = this.clock.now();
    while (this.looks === before && this.clock.now() - began < limitMs) this.clock.advance(1);
    return this.clock.now() - began;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

describe("the poller", () => {
  let harness: PollerHarness;
  beforeEach(() => {
    harness = new PollerHarness();
    harness.poller.start();
  });
  afterEach(() => harness.poller.stop());

  it("looks at once when it starts, and tells what it finds", async () => {
    await harness.find({ ready: ["entity", "activity"] });
    expect(harness.found).toEqual(["entity", "activity"]);
  });

  it("looks less and less often while there is nothing, and often again when there is something", async () => {
    const delays: number[] = [];
    for (let look = 0; look < 10; look++) {
      await harness.find(NOTHING);
      delays.push(harness.untilNextLook());
    }
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays[0]).toBeGreaterThan(SHORTEST_MS);
    expect(delays.at(-1)).toBe(LONGEST_MS);
    await harness.find({ ready: ["activity"] });
    expect(harness.untilNextLook()).toBe(SHORTEST_MS);
  });

  it("looks when something becomes due", async () => {
    for (let look = 0; look < 10; look++) {
      await harness.find(NOTHING);
      harness.untilNextLook();
    }
    await harness.find({ ready: [], nextDueAt: harness.clock.now() + 7 });
    expect(harness.untilNextLook()).toBe(7);
    await harness.find(NOTHING);
    harness.poller.expectAt(harness.clock.now() + 9);
    expect(harness.untilNextLook()).toBe(9);
  });

  it("never looks twice at once: a look that is asked for meanwhile follows", async () => {
    harness.poller.expectAt(harness.clock.now() + 5);
    harness.clock.advance(100);
    expect(harness.looks).toBe(1);
    await harness.find(NOTHING);
    harness.clock.advance(0);
    expect(harness.looks).toBe(2);
  });

  it("tells that the database does not answer, and goes on looking until it does", async () => {
    await harness.fail();
    expect(harness.poller.isAnswered).toBe(false);
    expect(harness.untilNextLook()).toBe(LONGEST_MS);
    await harness.find({ ready: ["orchestration"] });
    expect(harness.poller.isAnswered).toBe(true);
    expect(harness.found).toEqual(["orchestration"]);
  });

  it("tells nothing of a look that ends after the stop, and looks no more", async () => {
    harness.poller.stop();
    await harness.find({ ready: ["orchestration"] });
    harness.poller.expectAt(harness.clock.now());
    harness.clock.advance(LONGEST_MS * 2);
    expect(harness.found).toEqual([]);
    expect(harness.looks).toBe(1);
    expect(harness.clock.pending).toBe(0);
  });
});
