import { ErrorRecorder, waitUntil } from "@durable-host/testkit";
import { functionRoutes, type FunctionView } from "../../../src/server/admin/function-routes";
import { askRoutes } from "./ask-routes";

const view = (name: string) => ({ name, isDisabled: name === "off" }) as FunctionView;

function aHost(ready: boolean | Promise<boolean> = true) {
  const runs: [string, string][] = [];
  const logger = new ErrorRecorder();
  const routes = functionRoutes({
    functions: () => [view("hello"), view("off"), view("orchestrator")],
    problems: () => [{ name: "broken", reason: "It has two triggers." }],
    ready: () => (ready === true ? true : Promise.resolve(ready)),
    whyNotRunnable: (name) => (name === "orchestrator" ? "it is one" : undefined),
    run: async (name, input) => {
      runs.push([name, input]);
      if (input === "fail") throw new Error("lost");
    },
    logger,
  });
  return { runs, logger, send: (line: string, body?: unknown) => askRoutes(routes, line, body) };
}

describe("the functions of the admin API", () => {
  it("are listed and shown", async () => {
    const { send } = aHost();
    expect((await send("GET /admin/functions")).body).toHaveLength(3);
    expect((await send("GET /admin/functions/HELLO")).body).toMatchObject({ name: "hello" });
    expect((await send("GET /admin/functions/nobody")).status).toBe(404);
  });

  it("tell what is wrong with them", async () => {
    const { send } = aHost();
    expect((await send("GET /admin/functions/hello/status")).body).toEqual({});
    expect((await send("GET /admin/functions/Broken/status")).body).toEqual({ errors: ["It has two triggers."] });
    expect((await send("GET /admin/functions/nobody/status")).status).toBe(404);
  });

  it.each([
    [{ input: "text" }, "text"],
    [{ input: { a: 1 } }, '{"a":1}'],
    [{ input: null }, '""'],
    [{}, ""],
  ])("run without their trigger, disabled ones too, with %j as %j [FH49, FH51]", async (body, input) => {
    const { send, runs } = aHost();
    expect((await send("POST /admin/functions/hello", body)).status).toBe(202);
    expect((await send("POST /admin/functions/OFF", body)).status).toBe(202);
    expect(runs).toEqual([
      ["hello", input],
      ["off", input],
    ]);
  });

  it("do not run when nothing is sent, when there is none of that name, or when it cannot", async () => {
    const { send, runs } = aHost();
    expect((await send("POST /admin/functions/hello")).status).toBe(400);
    expect((await send("POST /admin/functions/hello", null)).status).toBe(400);
    expect((await send("POST /admin/functions/nobody", {})).status).toBe(404);
    expect(await send("POST /admin/functions/orchestrator", {})).toMatchObject({
      status: 400,
      body: { message: "it is one" },
    });
    expect((await aHost(false).send("POST /admin/functions/hello", {})).status).toBe(503);
    expect(runs).toEqual([]);
  });

  it("leave a run that could not be made in the log", async () => {
    const { send, logger } = aHost(Promise.resolve(true));
    expect((await send("POST /admin/functions/hello", { input: "fail" })).status).toBe(202);
    await waitUntil("the log", () => (logger.errors.length > 0 ? true : undefined));
  });
});
