import type { LogFields, Logger } from "@durable-host/engine";
import { hostRoutes, type HostControl } from "../../../src/server/admin/host-routes";
import { askRoutes } from "./ask-routes";

class LineRecorder implements Logger {
  readonly lines: string[] = [];
  trace = (message: string, fields?: LogFields) => this.#add("trace", message, fields);
  debug = (message: string, fields?: LogFields) => this.#add("debug", message, fields);
  info = (message: string, fields?: LogFields) => this.#add("info", message, fields);
  warn = (message: string, fields?: LogFields) => this.#add("warn", message, fields);
  error = (message: string, fields?: LogFields) => this.#add("error", message, fields);
  child = (): Logger => this;

  #add(level: string, message: string, fields: LogFields = {}): void {
    this.lines.push(`${level} ${message}${Object.values(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ""}`);
  }
}

function aHost(changes: Partial<HostControl> = {}, state = "Running", isOverloaded = false) {
  const calls: string[] = [];
  const logger = new LineRecorder();
  const control: HostControl = {
    drainState: "InProgress",
    outstandingInvocations: 3,
    workerPids: [7],
    drain: () => calls.push("drain") > 0,
    resume: async () => true,
    restart: async () => void calls.push("restart"),
    setOffline: (offline) => void calls.push(`offline ${offline}`),
    warmUp: async () => void calls.push("warmUp"),
    ...changes,
  };
  const routes = hostRoutes({
    state: () => state,
    status: () => ({ id: "shop", state }),
    hostJson: () => ({ version: "2.0" }),
    isOverloaded: () => isOverloaded,
    control,
    logger,
  });
  return { calls, logger, send: (line: string, body?: unknown) => askRoutes(routes, line, body) };
}

describe("the host in the admin API", () => {
  it("tells its state, its configuration and its processes", async () => {
    const { send } = aHost();
    expect((await send("GET /admin/host/status")).body).toEqual({ id: "shop", state: "Running" });
    expect((await send("GET /admin/host/config")).body).toEqual({ version: "2.0" });
    expect((await send("GET /admin/host/processes")).body).toEqual({
      processes: [
        { id: process.pid, processName: "node" },
        { id: 7, processName: "node" },
      ],
    });
  });

  it("answers a ping, and says when it is asked that it has too much to do", async () => {
    expect((await aHost().send("POST /admin/host/ping")).status).toBe(200);
    expect((await aHost().send("GET /admin/host/ping?checkHealth=1")).status).toBe(200);
    expect((await aHost({}, "Running", true).send("GET /admin/host/ping")).status).toBe(200);
    expect((await aHost({}, "Running", true).send("GET /admin/host/ping?checkHealth=1")).status).toBe(429);
  });

  it("drains, tells how far that is, and takes work again", async () => {
    const { send, calls } = aHost();
    expect((await send("POST /admin/host/drain")).status).toBe(202);
    expect(calls).toEqual(["drain"]);
    expect((await send("GET /admin/host/drain/status")).body).toEqual({
      state: "InProgress",
      outstandingInvocations: 3,
      outstandingRetries: 0,
    });
    expect(await send("POST /admin/host/resume")).toMatchObject({ status: 200, body: { state: "Running" } });
    const other = aHost({ drain: () => false, resume: async () => false });
    expect((await other.send("POST /admin/host/drain")).status).toBe(409);
    expect((await other.send("POST /admin/host/resume")).status).toBe(409);
  });

  it("loads the app anew, and the log says why that did not work", async () => {
    const { send, calls } = aHost();
    expect((await send("POST /admin/host/restart")).status).toBe(202);
    expect(calls).toEqual(["restart"]);
    const broken = aHost({ restart: () => Promise.reject(new Error("no entry file")) });
    expect((await broken.send("POST /admin/host/restart")).status).toBe(202);
    expect(broken.logger.lines).toEqual(["error The app was not reloaded: no entry file"]);
  });

  it("is taken off the net and put back", async () => {
    const { send, calls } = aHost();
    expect((await send("PUT /admin/host/state", "Offline")).status).toBe(202);
    expect((await send("PUT /admin/host/state", "running")).status).toBe(202);
    expect(calls).toEqual(["offline true", "offline false"]);
    expect((await send("PUT /admin/host/state", "Stopped")).status).toBe(400);
    const readOnly = aHost({
      setOffline: () => {
        throw new Error("read-only file system");
      },
    });
    expect((await readOnly.send("PUT /admin/host/state", "Offline")).status).toBe(500);
  });

  it("writes what it is given into the log", async () => {
    const { send, logger } = aHost();
    const entries = [
      { level: "Warning", message: "a", source: "scale", functionName: "hello" },
      { level: 4, message: "b" },
      { message: "c" },
      { level: "debug", message: "d" },
    ];
    expect((await send("POST /admin/host/log", entries)).status).toBe(200);
    expect(logger.lines).toEqual(['warn a {"source":"scale","functionName":"hello"}', "error b", "info c", "debug d"]);
    for (const body of [[], {}, [{ level: "error" }], [null], undefined]) {
      expect((await send("POST /admin/host/log", body)).status).toBe(400);
    }
  });

  it("has nothing to do where triggers are to be made known", async () => {
    expect((await aHost().send("POST /admin/host/synctriggers")).body).toEqual({ status: "success" });
  });

  it("warms the app up once it runs", async () => {
    const running = aHost();
    expect((await running.send("GET /admin/warmup")).status).toBe(200);
    expect(running.calls).toEqual(["warmUp"]);
    const starting = aHost({}, "Starting");
    expect((await starting.send("GET /admin/warmup")).status).toBe(200);
    expect(starting.calls).toEqual([]);
  });
});
