import { freePort, HostFixture, waitUntil } from "@durable-host/testkit";
import { LiveApp, SLOW_STARTER, versionedApp } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

/** Starts the app with --watch and one orchestration that waits. */
async function startWatched() {
  const app = new LiveApp(fixture, versionedApp("one"));
  const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
  const client = await fixture.client();
  const id = await client.start("waits");
  await client.waitFor(id, (status) => status.customStatus === "waiting");
  const version = async () => (await client.get("/api/version")).body;
  return { app, host, client, id, version };
}

describe("durable-host start --watch", () => {
  it("runs changed code in the same host, also for orchestrations that were waiting [FH77]", async () => {
    const { app, host, client, id, version } = await startWatched();
    expect(await version()).toBe("one");
    app.change(versionedApp("two"));
    await waitUntil("the new code to answer", async () => ((await version()) === "two" ? true : undefined));
    await host.prints("Changed: src/app.js");
    await client.raiseEvent(id, "go", true);
    expect((await client.waitForEnd(id)).output).toBe("finished by two");
    expect(await host.stop()).toMatchObject({ code: 0 });
  });

  it("keeps the app as it was when the changed code does not load, and takes the next change", async () => {
    const { app, host, version } = await startWatched();
    app.change("this is no JavaScript");
    await host.prints("stays as it was");
    await host.prints("src/app.js");
    expect(await version()).toBe("one");
    app.change(versionedApp("three"));
    await waitUntil("the mended code to answer", async () => ((await version()) === "three" ? true : undefined));
  });

  it("reloads for what an entry file imports and for new entry files, says so, and for nothing else", async () => {
    const app = new LiveApp(fixture, answeringWith("../shared/text"));
    app.write("shared/text.js", 'module.exports = "one";');
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
    const client = await fixture.client();
    const text = async (name: string) => (await client.get(`/api/${name}`)).body;
    expect(await text("text")).toBe("one");
    app.write("src/data.json", "[]");
    app.write("shared/text.js", 'module.exports = "two";');
    await waitUntil("the imported file to count", async () => ((await text("text")) === "two" ? true : undefined));
    app.write("src/second.js", answeringWith("../shared/text", "second"));
    await waitUntil("the new function", async () => ((await text("second")) === "two" ? true : undefined));
    await host.prints("Changed: shared/text.js. Reloading the app.");
    await host.prints(/Changed: src\/second\.js[\s\S]*New functions: second\./);
    expect(host.output).not.toContain("data.json");
  });

  it("follows the imports of ES modules", async () => {
    const app = new LiveApp(fixture, "");
    app.write("package.json", '{ "type": "module", "main": "src/*.js" }');
    app.write("shared/text.js", 'export const text = "one";');
    app.change(`import { app } from "@azure/functions"; import { text } from "../shared/text.js";
      app.http("text", { handler: () => ({ body: text }) });`);
    await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
    const client = await fixture.client();
    expect((await client.get("/api/text")).body).toBe("one");
    app.write("shared/text.js", 'export const text = "two";');
    const isTwo = async () => ((await client.get("/api/text")).body === "two" ? true : undefined);
    await waitUntil("the imported module to count", isTwo);
  });

  it("answers a request from the code that it found, however many reloads later", async () => {
    const app = new LiveApp(fixture, SLOW_STARTER);
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
    const client = await fixture.client();
    const answering = client.get("/api/slow");
    await host.prints("has been entered");
    app.change(`${SLOW_STARTER}\n// another`);
    const answer = await answering;
    expect(answer.status).toBe(202);
    expect((await client.waitForEnd((answer.body as { readonly id: string }).id)).output).toBe("hello");
    await host.prints("The app is reloaded");
    await host.prints("the app has been told to end");
  });

  it("keeps the debugger's port, under a debugger too", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const [port, client] = [await freePort(), await fixture.client()];
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch", `--inspect=${port}`] });
    const before = await debuggerAt(port);
    expect(before).toContain(`127.0.0.1:${port}`);
    app.change(versionedApp("two"));
    const isTwo = async () => ((await client.get("/api/version")).body === "two" ? true : undefined);
    await waitUntil("the new code to answer", isTwo);
    expect(await debuggerAt(port)).not.toBe(before);
    app.change("this is no JavaScript");
    await host.prints("stays as it was");
    await waitUntil("the port to be open again", () => debuggerAt(port).catch(() => undefined));
  });
});

describe("durable-host start --inspect", () => {
  it("gives each of several workers a port, beginning with the one asked for", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const port = await freePort();
    const env = { FUNCTIONS_WORKER_PROCESS_COUNT: "2", languageWorkers__node__arguments: `--inspect=${port}` };
    await fixture.start({ scriptRoot: app.scriptRoot, env });
    expect(await debuggerAt(port)).not.toBe(await debuggerAt(port + 1));
  });
});

/** Code of an entry file with a function that answers with what a file exports. */
function answeringWith(file: string, name = "text"): string {
  return `require("@azure/functions").app.http("${name}", { handler: () => ({ body: require("${file}") }) });
    require("${file}");`;
}

/** Address for debuggers of the process that has a port. */
async function debuggerAt(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [first] = (await answer.json()) as { readonly webSocketDebuggerUrl: string }[];
  if (first === undefined) throw new Error("Nobody can be debugged there.");
  return first.webSocketDebuggerUrl;
}
