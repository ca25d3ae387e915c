import type { InstanceState, StorageProvider } from "@durable-host/engine";
import { CompletionSignals } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { startAndWait, waitForCompletion, waitForStart } from "../../src/client/wait-for-completion";
import { anInstance } from "../decide/events";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const running = anInstance({ runtimeStatus: "Running" });
const ended = anInstance({ runtimeStatus: "Completed", output: "1", createdAt: Number.MAX_SAFE_INTEGER });

function aHub() {
  const clock = new ManualClock();
  const completions = new CompletionSignals();
  const stored: { instance: InstanceState | undefined; reads: number } = { instance: running, reads: 0 };
  const provider = {
    getInstance: async () => {
      stored.reads++;
      return stored.instance;
    },
  } as unknown as StorageProvider;
  return { clock, completions, provider, stored };
}

describe("waiting for an instance", () => {
  it("answers at once when it has ended already, or does not exist", async () => {
    const hub = aHub();
    hub.stored.instance = ended;
    expect(await waitForCompletion(hub, "i1", 1000)).toBe(ended);
    hub.stored.instance = undefined;
    expect(await waitForCompletion(hub, "i1", 1000)).toBeUndefined();
  });

  it("is woken by the completion, without asking the store again", async () => {
    const hub = aHub();
    const waiting = waitForCompletion(hub, "i1", 60_000);
    await settle();
    hub.completions.emit(ended);
    expect(await waiting).toBe(ended);
    expect(hub.stored.reads).toBe(1);
  });

  it("listens no longer when the store does not answer", async () => {
    const hub = aHub();
    let listening = 0;
    jest.spyOn(hub.completions, "listen").mockImplementation(() => {
      listening++;
      return () => void listening--;
    });
    hub.provider.getInstance = async () => Promise.reject(new Error("away"));
    await expect(waitForCompletion(hub, "i1", 1000)).rejects.toThrow("away");
    expect(listening).toBe(0);
  });

  it("notices a completion in another process by asking the store now and then", async () => {
    const hub = aHub();
    const waiting = waitForCompletion(hub, "i1", 60_000);
    await settle();
    hub.stored.instance = ended;
    hub.clock.advance(1_000);
    expect(await waiting).toBe(ended);
  });

  it("answers with the state there is when the host stops, and does not begin to wait any more", async () => {
    const hub = aHub();
    const waiting = waitForCompletion(hub, "i1", 60_000);
    await settle();
    hub.completions.stop();
    expect(await waiting).toBe(running);
    expect(await waitForCompletion(hub, "i1", 60_000)).toBe(running);
    expect(hub.clock.pending).toBe(0);
  });

  it("answers with the state there is when the time is up", async () => {
    const hub = aHub();
    const waiting = waitForCompletion(hub, "i1", 1_500);
    await settle();
    hub.clock.advance(1_000);
    await settle();
    hub.clock.advance(500);
    expect(await waiting).toBe(running);
  });

  it("does not miss a completion that comes before the start is acknowledged", async () => {
    const hub = aHub();
    const start = async () => {
      hub.completions.emit(ended);
      return "i1";
    };
    expect(await startAndWait(hub, start, { name: "order", instanceId: "i1" }, 1000)).toBe(ended);
    expect(hub.stored.reads).toBe(0);
  });

  it("does not take the end of the execution that a start replaces for its own", async () => {
    const hub = aHub();
    hub.clock.advance(10);
    const replaced = anInstance({ runtimeStatus: "Completed", output: '"old"', createdAt: hub.clock.now() - 5 });
    const fresh = { ...ended, createdAt: hub.clock.now() };
    const start = async () => {
      hub.completions.emit(replaced);
      return "i1";
    };
    const waiting = startAndWait(hub, start, { name: "order", instanceId: "i1" }, 60_000);
    await settle();
    hub.completions.emit(fresh);
    expect(await waiting).toBe(fresh);
  });

  it("passes on why a start was refused", async () => {
    const hub = aHub();
    const start = () => Promise.reject(new Error("refused"));
    await expect(startAndWait(hub, start, { name: "order", instanceId: "i1" }, 1000)).rejects.toThrow("refused");
  });
});

describe("waiting for an instance to start", () => {
  const pending = anInstance();

  it("answers at once when it has started, suspended or not, or does not exist [GR50]", async () => {
    const hub = aHub();
    expect(await waitForStart(hub, "i1", 1000)).toBe(running);
    const suspended = anInstance({ runtimeStatus: "Suspended" });
    hub.stored.instance = suspended;
    expect(await waitForStart(hub, "i1", 1000)).toBe(suspended);
    hub.stored.instance = undefined;
    expect(await waitForStart(hub, "i1", 1000)).toBeUndefined();
  });

  it("is woken by its first episode, and not by the end of an execution before [GR50, GR51]", async () => {
    const hub = aHub();
    hub.stored.instance = pending;
    const waiting = Array.from({ length: 100 }, () => waitForStart(hub, "i1", 60_000));
    await settle();
    hub.completions.emit(ended);
    hub.completions.emitStart(anInstance({ instanceId: "other", runtimeStatus: "Running" }));
    await settle();
    expect(hub.clock.pending).toBe(100);
    hub.completions.emitStart(running);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([running]));
    expect([hub.stored.reads, hub.clock.pending]).toEqual([100, 0]);
  });

  it("notices a start in another process, and gives up when the time is up", async () => {
    const hub = aHub();
    hub.stored.instance = pending;
    const [patient, hasty] = [waitForStart(hub, "i1", 60_000), waitForStart(hub, "i1", 500)];
    await settle();
    hub.clock.advance(500);
    expect(await hasty).toBe(pending);
    hub.stored.instance = running;
    hub.clock.advance(500);
    expect(await patient).toBe(running);
  });
});
