import type { TaskHubWorker } from "@durable-host/engine";
import type { AppSlot } from "../../src/start/app-slot";
import type { OfflinePage } from "../../src/server/offline-page";
import { HostLifecycle } from "../../src/start/host-lifecycle";
import { LiveControl } from "../../src/start/live-control";
import { deferred } from "../server/exchange";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function aHost() {
  const calls: string[] = [];
  const workEnded = deferred<void>();
  const lifecycle = new HostLifecycle();
  const slot = {
    inFlight: 0,
    workerPids: [1],
    stopTriggers: async () => void calls.push("stop triggers"),
    startTriggers: async () => void calls.push("start triggers"),
  };
  const worker = {
    stop: (graceMs: number) => {
      calls.push(`stop work within ${graceMs}`);
      return workEnded.promise;
    },
    start: () => calls.push("start work"),
  };
  const control = new LiveControl({
    lifecycle,
    slot: slot as unknown as AppSlot,
    worker: worker as unknown as TaskHubWorker,
    offlinePage: {} as OfflinePage,
    reload: async () => void calls.push("reload"),
  });
  return { calls, control, lifecycle, slot, workEnded };
}

describe("a drain", () => {
  it("takes no work, is completed when nothing runs, and can be taken back then", async () => {
    const { calls, control, lifecycle, slot, workEnded } = aHost();
    lifecycle.to("Running");
    expect(control.drainState).toBe("Disabled");
    expect([control.drain(), control.drain()]).toEqual([true, true]);
    expect(calls).toEqual(["stop triggers", expect.stringMatching(/^stop work within \d{10}$/)]);
    expect(control.drainState).toBe("InProgress");
    expect(await control.resume()).toBe(false);

    slot.inFlight = 1;
    workEnded.resolve();
    await turn();
    expect([control.drainState, control.outstandingInvocations]).toEqual(["InProgress", 1]);
    slot.inFlight = 0;
    expect(control.drainState).toBe("Completed");
    expect(await control.resume()).toBe(true);
    expect(calls.slice(2)).toEqual(["start work", "start triggers"]);
    expect(control.drainState).toBe("Disabled");
  });

  it("is for a host that runs", async () => {
    const { calls, control, lifecycle } = aHost();
    expect([control.drain(), await control.resume()]).toEqual([false, false]);
    lifecycle.to("Stopping");
    expect([control.drain(), await control.resume()]).toEqual([false, false]);
    lifecycle.to("Running");
    expect(await control.resume()).toBe(true);
    expect(calls).toEqual([]);
  });
});
