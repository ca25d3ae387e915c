import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HostFixture } from "@durable-host/testkit";

const MODULES = join(__dirname, "../../node_modules");

const MANIFEST = JSON.stringify({ name: "live", private: true, main: "src/*.js" });

/** A small app in a directory of its own, whose code a test can change while it runs. */
export class LiveApp {
  readonly scriptRoot: string;

  constructor(fixture: HostFixture, code: string) {
    this.scriptRoot = fixture.directoryWith({ "package.json": MANIFEST, "src/app.js": code });
    symlinkSync(MODULES, join(this.scriptRoot, "node_modules"));
  }

  change(code: string): void {
    this.write("src/app.js", code);
  }

  write(path: string, content: string): void {
    const file = join(this.scriptRoot, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** An app that says which version it is, over HTTP and as the result of an orchestration that waits for an event. */
export function versionedApp(version: string): string {
  return `
    const { app } = require("@azure/functions");
    const df = require("durable-functions");
    app.http("version", { handler: () => ({ body: "${version}" }) });
    df.app.orchestration("waits", function* (context) {
      context.df.setCustomStatus("waiting");
      yield context.df.waitForExternalEvent("go");
      return "finished by ${version}";
    });`;
}

/** An app with an HTTP function that takes a while and then starts an orchestration. */
export const SLOW_STARTER = `
  const { app } = require("@azure/functions");
  const df = require("durable-functions");
  df.app.activity("greet", { handler: () => "hello" });
  df.app.orchestration("greeting", function* (context) {
    return yield context.df.callActivity("greet");
  });
  app.http("slow", {
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      context.log("the request has been entered");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const id = await df.getClient(context).startNew("greeting");
      return { status: 202, jsonBody: { id } };
    },
  });
  app.hook.appTerminate(() => console.log("the app has been told to end"));`;

/** An app whose activity needs a minute in its first try, and ends early when it is told to. */
export const LISTENING_ACTIVITY = `
  const { existsSync, writeFileSync } = require("node:fs");
  const { setTimeout: sleep } = require("node:timers/promises");
  const { app } = require("@azure/functions");
  const df = require("durable-functions");
  df.app.activity("copy", {
    handler: async (input, context) => {
      const attempt = existsSync("tried") ? 2 : 1;
      writeFileSync("tried", "");
      context.log("copying, try " + attempt);
      if (attempt === 1) {
        await sleep(60000, undefined, { signal: context.signal }).catch((error) => {
          console.log("told: " + context.signal.reason.code);
          throw error;
        });
      }
      return "copied in try " + attempt;
    },
  });
  df.app.orchestration("copying", function* (context) {
    return yield context.df.callActivity("copy");
  });
  app.http("start", {
    methods: ["POST"],
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => ({ jsonBody: { id: await df.getClient(context).startNew("copying") } }),
  });`;

/** An app with something of everything that has a span. */
export const TRACED = `
  const { existsSync, writeFileSync } = require("node:fs");
  const { app } = require("@azure/functions");
  const df = require("durable-functions");
  app.http("start", {
    route: "start/{name}",
    methods: ["POST"],
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      const id = await df.getClient(context).startNew(request.params.name);
      return { status: 202, jsonBody: { id } };
    },
  });
  df.app.activity("greet", {
    handler: (_, context) => {
      context.log("greeting somebody");
      return context.traceContext.traceParent;
    },
  });
  df.app.activity("throws", {
    handler: (_, context) => {
      context.log("about to throw");
      throw new TypeError("no more paper");
    },
  });
  df.app.activity("hangsOnce", {
    handler: async () => {
      const mark = process.env.MARKS + "/begun";
      const isSecond = existsSync(mark);
      writeFileSync(mark, "");
      if (!isSecond) await new Promise(() => setTimeout(() => {}, 100_000));
      return "done";
    },
  });
  df.app.entity("counter", (context) => context.df.setState(1));
  df.app.orchestration("child", function* () { return "grown up"; });
  df.app.orchestration("everyday", function* (context) { return yield context.df.callActivity("greet"); });
  df.app.orchestration("everything", function* (context) {
    const seen = yield context.df.callActivity("greet");
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 20));
    yield context.df.callSubOrchestrator("child");
    const counter = new df.EntityId("counter", "a");
    yield context.df.callEntity(counter, "add", 1);
    context.df.signalEntity(counter, "reset");
    context.df.setCustomStatus("waiting");
    yield context.df.waitForExternalEvent("go");
    return { seen };
  });
  df.app.orchestration("interrupted", function* (context) {
    yield context.df.callActivity("greet");
    return yield context.df.callActivity("hangsOnce");
  });
  df.app.orchestration("failing", function* (context) {
    return yield context.df.callActivity("throws");
  });`;
