import { Residences } from "../../src/pool/residences";
import type { WorkerExit } from "../../src/pool/worker-process";

/** Stands in for a worker process that ends when it is told to. */
class FakeWorker {
  hasExited = false;
  readonly forgotten: string[] = [];
  readonly exited: Promise<WorkerExit>;
  #onExit: ((exit: WorkerExit) => void) | undefined;

  constructor() {
    this.exited = new Promise((resolve) => (this.#onExit = resolve));
  }

  forget(instanceId: string): void {
    this.forgotten.push(instanceId);
  }

  async end(): Promise<void> {
    this.hasExited = true;
    this.#onExit?.({ code: 1, signal: null });
    await this.exited;
  }
}

function setUp(): { residences: Residences<FakeWorker>; first: FakeWorker; second: FakeWorker } {
  return { residences: new Residences<FakeWorker>(), first: new FakeWorker(), second: new FakeWorker() };
}

describe("the residences of instances", () => {
  it("find an instance where it was executed last", () => {
    const { residences, first, second } = setUp();
    residences.settle("i", first);
    residences.settle("i", first);
    expect(residences.of("i")).toBe(first);
    expect(first.forgotten).toEqual([]);
    residences.settle("i", second);
    expect(residences.of("i")).toBe(second);
    expect(first.forgotten).toEqual(["i"]);
    expect(residences.size).toBe(1);
  });

  it("keep nothing of an instance that is forgotten", () => {
    const { residences, first } = setUp();
    residences.settle("i", first);
    residences.forget("i");
    residences.forget("i");
    expect(first.forgotten).toEqual(["i"]);
    expect(residences.size).toBe(0);
  });

  it("keep nothing of a worker that has ended, and tell it nothing", async () => {
    const { residences, first, second } = setUp();
    for (const id of ["a", "b"]) residences.settle(id, first);
    residences.settle("c", second);
    await first.end();
    expect(residences.size).toBe(1);
    expect([residences.of("a"), residences.of("c")]).toEqual([undefined, second]);
    residences.settle("a", second);
    residences.forget("b");
    expect(first.forgotten).toEqual([]);
  });

  it("do not settle an instance in a worker that has ended", async () => {
    const { residences, first } = setUp();
    await first.end();
    residences.settle("i", first);
    expect([residences.size, residences.of("i")]).toEqual([0, undefined]);
  });
});
