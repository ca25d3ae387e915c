import type { FunctionAppHost } from "@durable-host/functions";
import { AppSlot } from "../../src/start/app-slot";

interface AppOptions {
  readonly broken?: boolean;
  /** Resolves when the app is loaded; absent: at once. */
  readonly loaded?: Promise<void>;
  /** Resolves when what the app has begun is done; absent: nothing has begun. */
  readonly stopped?: Promise<void>;
}

/** An app that answers with its name and writes down what happens to it. */
function anApp(name: string, events: string[], options: AppOptions = {}): FunctionAppHost {
  const app: Partial<FunctionAppHost> = {
    functions: [],
    start: () => {
      events.push(`${name} starts`);
      if (options.broken) return Promise.reject(new Error(`${name} is broken`));
      return (options.loaded ?? Promise.resolve()).then(() => ({}) as never);
    },
    stop: () => {
      events.push(`${name} stops`);
      return options.stopped ?? Promise.resolve();
    },
    inspect: (isOpen) => void events.push(`${name} ${isOpen ? "takes" : "gives"} the debugger's port`),
    http: () => Promise.resolve({ status: 200, headers: [], body: name }),
    warmUp: async () => void events.push(`${name} is warmed up`),
    executor: { knows: () => true, names: () => [name] } as never,
  };
  return app as FunctionAppHost;
}

const accept = (): void => undefined;
const request = {} as never;

describe("AppSlot", () => {
  it("hands executor and HTTP over to a new app, and lets the old one finish", async () => {
    const events: string[] = [];
    const slot = new AppSlot();
    const { executor, http } = slot;
    await slot.load(anApp("one", events), accept);
    expect(executor.names("activity")).toEqual(["one"]);
    await slot.load(anApp("two", events), accept);
    expect(executor.names("activity")).toEqual(["two"]);
    expect(await http(request)).toMatchObject({ body: "two" });
    expect(events).toEqual(["one starts", "one gives the debugger's port", "two starts", "one stops"]);
  });

  it("has the app warmed up that is in it", async () => {
    const events: string[] = [];
    const slot = new AppSlot();
    await slot.load(anApp("one", events), accept);
    await slot.warmUp();
    await slot.load(anApp("two", events), accept);
    await slot.warmUp();
    expect(events.filter((event) => event.endsWith("warmed up"))).toEqual(["one is warmed up", "two is warmed up"]);
  });

  it("keeps the old app when the new one cannot be loaded", async () => {
    const events: string[] = [];
    const slot = new AppSlot();
    await slot.load(anApp("one", events), accept);
    await expect(slot.load(anApp("two", events, { broken: true }), accept)).rejects.toThrow("two is broken");
    expect(slot.executor.names("entity")).toEqual(["one"]);
    expect(events).not.toContain("one stops");
    expect(events.at(-1)).toBe("one takes the debugger's port");
  });

  it("does not wait for what the old app has begun, but a stop does", async () => {
    let end = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (end = resolve));
    const slot = new AppSlot();
    await slot.load(anApp("one", [], { stopped }), accept);
    await slot.load(anApp("two", []), accept);
    let hasStopped = false;
    const stop = slot.stop().then(() => (hasStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasStopped).toBe(false);
    end();
    await stop;
  });

  it("stops a new app that is refused", async () => {
    const events: string[] = [];
    const slot = new AppSlot();
    const refuse = (): void => {
      throw new Error("no functions");
    };
    await expect(slot.load(anApp("one", events), refuse)).rejects.toThrow("no functions");
    expect(events).toEqual(["one starts", "one stops"]);
  });

  it("leaves no app behind when several are loaded at the same time", async () => {
    const events: string[] = [];
    const slot = new AppSlot();
    await slot.load(anApp("one", events), accept);
    await Promise.all([slot.load(anApp("two", events), accept), slot.load(anApp("three", events), accept)]);
    expect(slot.executor.names("entity")).toEqual(["three"]);
    expect(events.filter((event) => event.endsWith("stops"))).toEqual(["one stops", "two stops"]);
  });

  it("leaves no app behind that is being loaded when it is stopped, nor loads one later", async () => {
    const events: string[] = [];
    let finish = (): void => undefined;
    const loaded = new Promise<void>((resolve) => (finish = resolve));
    const slot = new AppSlot();
    await slot.load(anApp("one", events), accept);
    const loading = slot.load(anApp("two", events, { loaded }), accept);
    await new Promise((resolve) => setImmediate(resolve));
    await slot.stop();
    finish();
    await expect(loading).rejects.toThrow("The host stops");
    expect(events.filter((event) => event.endsWith("stops"))).toEqual(["one stops", "two stops"]);
    await expect(slot.load(anApp("three", events), accept)).rejects.toThrow("The host stops");
    expect(events).not.toContain("three starts");
  });

  it("says so when it is still empty", () => {
    const slot = new AppSlot();
    expect(slot.functions).toEqual([]);
    expect(() => slot.executor.names("activity")).toThrow(expect.objectContaining({ code: "WORKER_LOST" }));
  });
});
