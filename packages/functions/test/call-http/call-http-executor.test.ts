import { systemClock, type ActivityTask, type Cancellation, type Executor } from "@durable-host/engine";
import { anActivityTask } from "@durable-host/testkit";
import { withCallHttp } from "../../src/call-http/call-http-executor";
import { LocalServer } from "./local-server";

const never = new AbortController().signal;

function httpTask(uri: string, tokenSource?: object): ActivityTask {
  const input = JSON.stringify({ method: "GET", uri, ...(tokenSource && { tokenSource }) });
  return anActivityTask("i1", 0, { name: "BuiltIn::HttpActivity", input });
}

/** An app with one activity, which says what it was asked. */
function anApp(calls: unknown[] = []): Executor {
  const called =
    (name: string, answer?: unknown) =>
    (...args: unknown[]): never => {
      calls.push([name, ...args]);
      return answer as never;
    };
  return {
    executeOrchestration: called("executeOrchestration", Promise.resolve("episode")),
    executeActivity: called("executeActivity", Promise.resolve("activity")),
    executeEntity: called("executeEntity", Promise.resolve("entity")),
    forget: called("forget"),
    knows: (kind, name) => kind === "activity" && name === "own",
    names: () => ["own"],
  };
}

describe("an executor with callHttp", () => {
  it("knows the built-in activity besides those of the app, and does not list it", () => {
    const executor = withCallHttp(anApp(), { clock: systemClock });

    expect(executor.knows("activity", "BuiltIn::HttpActivity")).toBe(true);
    expect(executor.knows("activity", "own")).toBe(true);
    expect(executor.knows("activity", "other")).toBe(false);
    expect(executor.knows("orchestration", "BuiltIn::HttpActivity")).toBe(false);
    expect(executor.names("activity")).toEqual(["own"]);
  });

  it("leaves everything else to the app", async () => {
    const calls: unknown[] = [];
    const executor = withCallHttp(anApp(calls), { clock: systemClock });
    const task = anActivityTask("i1", 0, { name: "own" });
    const [episode, batch] = [{}, {}] as never[] as [never, never];

    const cancellation = { reason: undefined, onCancel: () => undefined };
    expect(await executor.executeActivity(task, never, cancellation)).toBe("activity");
    expect(await executor.executeOrchestration(episode, never)).toBe("episode");
    expect(await executor.executeEntity(batch, never)).toBe("entity");
    executor.forget("i1");
    expect(executor.inspectOrchestration).toBeUndefined();
    expect(calls).toEqual([
      ["executeActivity", task, never, cancellation],
      ["executeOrchestration", episode, never],
      ["executeEntity", batch, never],
      ["forget", "i1"],
    ]);
  });

  it("passes inspections on to an app that can be inspected", async () => {
    const inspection = { waitsFor: [] };
    const app = { ...anApp(), inspectOrchestration: async () => inspection as never };

    expect(await withCallHttp(app, { clock: systemClock }).inspectOrchestration?.({} as never, never)).toBe(inspection);
  });

  it("sends the requests of orchestrations, with a token when they name a source", async () => {
    const server = await LocalServer.start((_, response) => response.end("fine"));
    const calls: unknown[] = [];
    const tokens = async (resource: string): Promise<string> => `token of ${resource}`;
    const executor = withCallHttp(anApp(calls), { clock: systemClock, tokens });
    try {
      const task = httpTask(server.origin, { kind: "AzureManagedIdentity", resource: "r" });
      const result = await executor.executeActivity(task, never);

      expect(result).toMatchObject({ type: "Completed", result: expect.stringContaining('"content":"fine"') });
      expect(server.seen).toMatchObject([{ headers: { authorization: "Bearer token of r" } }]);
      expect(calls).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it("stops waiting when the host stops, so that the task is run again", async () => {
    const stop = new AbortController();
    let closed: () => void;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    const server = await LocalServer.start((_, response) => {
      response.on("close", () => closed());
      stop.abort();
    });
    try {
      const executor = withCallHttp(anApp(), { clock: systemClock });

      await expect(executor.executeActivity(httpTask(server.origin), stop.signal)).rejects.toMatchObject({
        code: "WORKER_LOST",
      });
      await connectionClosed;
      await expect(executor.executeActivity(httpTask(server.origin), stop.signal)).rejects.toMatchObject({
        code: "WORKER_LOST",
      });
      expect(server.seen).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });

  it("gives a request up when its instance has ended, and lets it go on when the host is about to stop", async () => {
    const listeners: Parameters<Cancellation["onCancel"]>[0][] = [];
    const cancellation: Cancellation = { reason: undefined, onCancel: (listener) => void listeners.push(listener) };
    const server = await LocalServer.start(() => {
      for (const cancel of listeners) cancel({ code: "HOST_STOPPING", message: "The host stops." });
      for (const cancel of listeners) cancel({ code: "INSTANCE_ENDED", message: "The instance was terminated." });
    });
    try {
      const executor = withCallHttp(anApp(), { clock: systemClock });

      expect(await executor.executeActivity(httpTask(server.origin), never, cancellation)).toMatchObject({
        type: "Failed",
        reason: "The instance was terminated.",
      });
    } finally {
      await server.stop();
    }
  });
});
