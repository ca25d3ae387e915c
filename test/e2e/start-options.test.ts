import { createServer } from "node:net";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import { runCommand } from "./generated-app";
import { LiveApp, versionedApp } from "./live-app";

jest.setTimeout(60_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

const TICKING = `${versionedApp("one")}
  app.timer("tick", { schedule: "* * * * * *", handler: (timer, context) => context.log("it ticks") });`;

describe("durable-host start", () => {
  it("serves HTTP, timers and orchestrations without any storage setting [FH82]", async () => {
    const app = new LiveApp(fixture, TICKING);
    const host = await fixture.start({ scriptRoot: app.scriptRoot });
    const client = await fixture.client();
    expect((await client.get("/api/version")).body).toBe("one");
    const id = await client.start("waits");
    await client.raiseEvent(id, "go", true);
    expect((await client.waitForEnd(id)).output).toBe("finished by one");
    await host.prints("it ticks");
  });

  it("lets the environment beat host.json and local.settings.json, and says which settings it skips [FH69, FH70]", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    app.write("host.json", '{ "version": "2.0", "extensions": { "http": { "routePrefix": "file" } } }');
    app.write("local.settings.json", '{ "IsEncrypted": false, "Values": { "MODE": "file", "ONLY": "file" } }');
    const env = { AzureFunctionsJobHost__extensions__http__routePrefix: "v2", MODE: "environment" };
    const host = await fixture.start({ scriptRoot: app.scriptRoot, env });
    const client = await fixture.client();
    expect((await client.get("/v2/version")).body).toBe("one");
    expect((await client.get("/file/version")).status).toBe(404);
    await host.prints("Skipping [MODE] of local.settings.json: the environment already has them.");
  });

  it("lists what a setting disables, and runs only what --functions names [FH71, FH72]", async () => {
    const app = new LiveApp(fixture, `${TICKING} app.http("other", { handler: () => ({ body: "other" }) });`);
    const host = await fixture.start({
      scriptRoot: app.scriptRoot,
      args: ["--functions", "version", "other"],
      env: { "AzureWebJobs.other.Disabled": "true" },
    });
    const client = await fixture.client();
    expect((await client.get("/api/version")).body).toBe("one");
    expect((await client.get("/api/other")).status).toBe(404);
    for (const name of ["other", "tick", "waits"]) await host.prints(`Function ${name} is disabled.`);
  });

  it("says that its port is taken, what to do, and ends with code 1 [FH74]", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const port = await fixture.port();
    const other = createServer();
    await new Promise<void>((listening) => other.listen(port, listening));
    const { code, output } = await fixture.run({ scriptRoot: app.scriptRoot });
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(
      `Port ${port} is unavailable. Close the process using that port, or specify another port using --port [-p].`,
    );
  });

  it("writes logs as JSON into a file, and tells a person the rest", async () => {
    const app = new LiveApp(fixture, TICKING);
    const file = join(fixture.directory(), "log.jsonl");
    const args = ["--enable-json-output", "--json-output-file", file];
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args });
    const entries = () =>
      (existsSync(file) ? readFileSync(file, "utf8") : "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as object);
    await waitUntil("the log of the timer", () => entries().find((each) => JSON.stringify(each).includes("it ticks")));
    await host.prints("Functions:");
    expect(host.output).not.toContain("it ticks");
  });

  it("finds the app from a folder inside it", async () => {
    const app = new LiveApp(fixture, "this is no JavaScript");
    app.write("host.json", '{ "version": "2.0" }');
    app.write("src/functions/empty.txt", "");
    const { code, output } = runCommand(join(app.scriptRoot, "src/functions"), [
      "start",
      "--port",
      String(await fixture.port()),
    ]);
    expect(code).toBe(1);
    expect(output).toContain(`The app is the one in ${app.scriptRoot}.`);
    expect(output).toContain("src/app.js");
  });
});

describe("durable-host start --watch", () => {
  it("runs the watch script of an app in TypeScript, waits for what it makes, and ends it", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const build = `node -e "setTimeout(() => require('fs').cpSync('src', 'dist', { recursive: true }), 300); console.log('built by ' + process.pid); setInterval(() => {}, 1000)"`;
    app.write("tsconfig.json", "{}");
    writeFileSync(
      join(app.scriptRoot, "package.json"),
      JSON.stringify({ main: "dist/*.js", scripts: { watch: build } }),
    );
    const host = await fixture.start({ scriptRoot: app.scriptRoot, args: ["--watch"] });
    expect((await (await fixture.client()).get("/api/version")).body).toBe("one");
    const pid = Number(/\[watch\] built by (\d+)/.exec(host.output)?.[1]);
    expect(process.kill(pid, 0)).toBe(true);
    expect(await host.stop()).toMatchObject({ code: 0 });
    await waitUntil("the build to end", () => (isRunning(pid) ? undefined : true));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
