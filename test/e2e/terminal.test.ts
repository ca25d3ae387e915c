import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { HostFixture, waitUntil } from "@durable-host/testkit";
import { GeneratedApp } from "./generated-app";
import { LiveApp, versionedApp } from "./live-app";

jest.setTimeout(60_000);
const CLI = resolve(__dirname, "../../packages/cli/bin/durable-host.js");
const fixture = new HostFixture();
const children: (() => void)[] = [];
afterEach(async () => {
  for (const end of children.splice(0)) end();
  await fixture.dispose();
});

/** Runs a command line in a folder; what it prints so far, and its end. */
function run(folder: string, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const child = spawn(command, args, { cwd: folder, detached: true, env: { ...inherited, TERM: "xterm", ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += String(text)));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), signal);
    } catch {
      // It has ended by itself.
    }
  };
  children.push(() => kill("SIGKILL"));
  return {
    output: () => output,
    shows: (text: string) => waitUntil(text, () => (output.includes(text) ? true : undefined)),
    ended,
    kill,
  };
}

/** The command line of a start as a shell would take it. */
async function startLine(dataDir: string): Promise<string> {
  return `"${process.execPath}" "${CLI}" start --port ${await fixture.port()} --data-dir "${dataDir}"`;
}

/** `script` of util-linux runs a command on a pseudo terminal. */
function onTerminal(folder: string, line: string, env: Readonly<Record<string, string>> = {}) {
  return run(folder, "script", ["-qefc", line, "/dev/null"], env);
}

describe("durable-host start on a terminal", () => {
  it("prints names and URLs in colours, and a line for the begin and the end of each run [FH75, FH76]", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const line = await startLine(fixture.dataDir);
    const host = onTerminal(app.scriptRoot, line);
    await host.shows("For detailed output");
    const port = await fixture.port();
    expect(host.output()).toContain(
      `\t\u001b[33mversion\u001b[39m: \u001b[32m[GET,POST] http://localhost:${port}/api/version`,
    );
    await (await fixture.client()).get("/api/version");
    await host.shows("Executed");
    expect(host.output()).toMatch(
      /Executing 'Functions\.version' \(Reason='This function was programmatically called via the host APIs\.', Id=[\w-]{36}\)/,
    );
    expect(host.output()).toMatch(/Executed 'Functions\.version' \(Succeeded, Id=[\w-]{36}, Duration=\d+ms\)/);
    host.kill("SIGTERM");
    await host.ended;
  });

  it("prints no colours with NO_COLOR", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const line = await startLine(fixture.dataDir);
    const host = onTerminal(app.scriptRoot, line, { NO_COLOR: "1" });
    await host.shows("For detailed output");
    expect(host.output()).not.toContain("\u001b[3");
    host.kill("SIGTERM");
    await host.ended;
  });
});

describe("durable-host start into a file", () => {
  it("prints plain text, unless FORCE_COLOR asks for colours", async () => {
    const app = new LiveApp(fixture, versionedApp("one"));
    const args = [CLI, "start", "--port", String(await fixture.port()), "--data-dir", fixture.dataDir];
    for (const [env, hasColors] of [
      [{}, false],
      [{ FORCE_COLOR: "1" }, true],
    ] as const) {
      const host = run(app.scriptRoot, process.execPath, args, env);
      await host.shows("For detailed output");
      expect(host.output().includes("\u001b[33mversion")).toBe(hasColors);
      host.kill("SIGINT");
      expect(await host.ended).toBe(0);
    }
  });
});

describe("func, answered by durable-host", () => {
  it("runs an npm script that says func start, unchanged", async () => {
    const app = new GeneratedApp(fixture.directory(), "javascript");
    app.run("new", "--template", "http", "--name", "greet");
    const shims = app.run("func-shim", "path").trim();
    const manifest = join(app.folder, "package.json");
    const script = `func start --port ${await fixture.port()} --language-worker -- --stack-size=2000`;
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('durable-host start"', `${script}"`));
    const env = { PATH: `${shims}${delimiter}${process.env["PATH"] ?? ""}`, AzureWebJobsStorage: "" };
    const host = run(app.folder, "npm", ["start"], env);
    await host.shows("For detailed output");
    expect((await (await fixture.client()).get("/api/greet?name=func")).body).toBe("Hello, func!");
    host.kill("SIGINT");
    await host.ended;
  });
});
