import { routeExecutor, type Executor, type FunctionKind } from "@durable-host/engine";

/** An executor with these functions that notes what it is asked to do. */
function anExecutor(who: string, known: readonly string[], log: string[], more: Partial<Executor> = {}): Executor {
  const note = async (what: string, name: string): Promise<never> => {
    log.push(`${who} ${what} ${name}`);
    return undefined as never;
  };
  return {
    executeOrchestration: ({ name }) => note("orchestration", name),
    executeActivity: ({ name }) => note("activity", name),
    executeEntity: ({ entity }) => note("entity", entity.name),
    forget: (instanceId) => void log.push(`${who} forget ${instanceId}`),
    knows: (_kind, name) => known.includes(name),
    names: () => known,
    ...more,
  };
}

const signal = new AbortController().signal;
const episode = (name: string) => ({ name }) as Parameters<Executor["executeOrchestration"]>[0];
const task = (name: string) => ({ name }) as Parameters<Executor["executeActivity"]>[0];
const batch = (name: string) => ({ entity: { name, key: "k" } }) as Parameters<Executor["executeEntity"]>[0];

describe("an executor of two", () => {
  it("runs at home what the app has registered, and leaves everything else to the others", async () => {
    const log: string[] = [];
    const both = routeExecutor(anExecutor("local", ["a"], log), anExecutor("remote", ["a", "b"], log));
    for (const name of ["a", "b", "c"]) {
      await both.executeOrchestration(episode(name), signal);
      await both.executeActivity(task(name), signal);
      await both.executeEntity(batch(name), signal);
    }
    const did = (who: string, name: string) =>
      ["orchestration", "activity", "entity"].map((k) => `${who} ${k} ${name}`);
    expect(log).toEqual([...did("local", "a"), ...did("remote", "b"), ...did("remote", "c")]);
  });

  it("knows and names the functions of both, and has both forget", () => {
    const log: string[] = [];
    const both = routeExecutor(anExecutor("local", ["a"], log), anExecutor("remote", ["a", "b"], log));
    expect(["a", "b", "c"].map((name) => both.knows("activity", name))).toEqual([true, true, false]);
    expect(both.names("activity")).toEqual(["a", "b"]);
    both.forget("i1");
    expect(log).toEqual(["local forget i1", "remote forget i1"]);
  });

  it("looks into code where somebody can, and rejects where nobody can", async () => {
    const inspection = { tasks: [] };
    const local = anExecutor("local", ["a"], [], { inspectOrchestration: async () => inspection });
    const both = routeExecutor(local, anExecutor("remote", ["b"], []));
    expect(await both.inspectOrchestration?.(episode("a"), signal)).toBe(inspection);
    await expect(both.inspectOrchestration?.(episode("b"), signal)).rejects.toThrow("the code of 'b'");
  });

  it("is not held up by what the others have no place for, unless its own places are counted, too", () => {
    const bounded = (places: number) => anExecutor("x", [], [], { capacity: () => places });
    expect(routeExecutor(anExecutor("local", [], []), bounded(0)).capacity).toBeUndefined();
    expect(routeExecutor(bounded(2), bounded(3)).capacity?.("activity")).toBe(5);
  });

  it("tells of room on either side until it is no longer listened to", () => {
    const listeners = new Set<(kind: FunctionKind) => void>();
    const onCapacity: Executor["onCapacity"] = (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    const both = routeExecutor(anExecutor("local", [], []), anExecutor("remote", [], [], { onCapacity }));
    const heard: FunctionKind[] = [];
    const end = both.onCapacity?.((kind) => void heard.push(kind));
    for (const listener of listeners) listener("entity");
    end?.();
    expect([heard, listeners.size]).toEqual([["entity"], 0]);
  });
});
