import type { WorkerProcess } from "./worker-process";

type Home = Pick<WorkerProcess, "hasExited" | "exited" | "forget">;

/**
 * In which worker each instance is resident.
 *
 * R1 a worker that is left, for another one or for good, is told to forget the instance;
 * R2 nothing is kept for a worker that has ended.
 */
export class Residences<W extends Home = WorkerProcess> {
  readonly #workers = new Map<string, W>();
  readonly #watched = new WeakSet<W>();

  /** The running worker in which an instance is resident, if any. */
  of(instanceId: string): W | undefined {
    const worker = this.#workers.get(instanceId);
    return worker?.hasExited === false ? worker : undefined;
  }

  /** The instance is executed in this worker from now on. */
  settle(instanceId: string, worker: W): void {
    const previous = this.of(instanceId);
    if (previous === worker) return;
    previous?.forget(instanceId);
    if (worker.hasExited) {
      this.#workers.delete(instanceId);
      return;
    }
    this.#workers.set(instanceId, worker);
    this.#watch(worker);
  }

  /** The instance is resident nowhere any more. */
  forget(instanceId: string): void {
    this.of(instanceId)?.forget(instanceId);
    this.#workers.delete(instanceId);
  }

  get size(): number {
    return this.#workers.size;
  }

  #watch(worker: W): void {
    if (this.#watched.has(worker)) return;
    this.#watched.add(worker);
    void worker.exited.then(() => {
      for (const [instanceId, home] of this.#workers) if (home === worker) this.#workers.delete(instanceId);
    });
  }
}
