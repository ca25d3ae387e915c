import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommandLine } from "../src/command-line";
import { joinWorkerFlags } from "../src/start/start-command-line";
import type { StartOptions } from "../src/start/start-options";

function parse(...args: string[]): Promise<StartOptions> {
  return parseIn("/srv/shop", ...args);
}

async function parseIn(folder: string, ...args: string[]): Promise<StartOptions> {
  const started: StartOptions[] = [];
  const commandLine = createCommandLine(
    {
      start(options) {
        started.push(options);
        return Promise.resolve();
      },
      scheduler: () => Promise.reject(new Error("the scheduler ran")),
      durable: () => Promise.reject(new Error("a durable command ran")),
      storage: () => Promise.reject(new Error("a storage command ran")),
      local: () => Promise.reject(new Error("a local command ran")),
    },
    folder,
  );
  await commandLine.parseAsync(["node", "durable-host", ...args]);
  const [options] = started;
  if (options === undefined) throw new Error("the start command did not run");
  return options;
}

/** Runs a command line that ends in an error or a help text; resolves to its code and what it wrote. */
async function refuse(...args: string[]): Promise<{ readonly code: string; readonly text: string }> {
  let text = "";
  const commandLine = createCommandLine(
    {
      start: () => Promise.resolve(),
      scheduler: () => Promise.resolve(),
      durable: () => Promise.resolve(),
      storage: () => Promise.resolve(),
      local: () => Promise.resolve(),
    },
    "/srv/shop",
  );
  const quiet = { writeOut: (part: string) => (text += part), writeErr: (part: string) => (text += part) };
  const all = [commandLine, ...commandLine.commands, ...commandLine.commands.flatMap((each) => each.commands)];
  for (const command of all) command.configureOutput(quiet);
  const outcome: unknown = await commandLine
    .parseAsync(["node", "durable-host", ...args])
    .catch((error: unknown) => error);
  return { code: (outcome as { readonly code: string }).code, text };
}

describe("durable-host start", () => {
  it("starts the app in the current folder with the store beside it", async () => {
    expect(await parse("start")).toEqual({
      scriptRoot: "/srv/shop",
      dataDir: "/srv/shop/.durable",
      port: undefined,
      address: undefined,
      functions: undefined,
      cors: undefined,
      corsCredentials: undefined,
      storage: undefined,
      enableAuth: false,
      https: undefined,
      startTimeoutMs: 60_000,
      verbose: false,
      userLogLevel: undefined,
      json: undefined,
      watch: false,
      build: true,
      workerArguments: [],
      pauseOnError: false,
      notices: [],
    });
  });

  it("finds the app where the environment of an image names it, unless --script-root says otherwise", async () => {
    process.env["AzureWebJobsScriptRoot"] = "/home/site/wwwroot";
    try {
      expect(await parse("start")).toMatchObject({
        scriptRoot: "/home/site/wwwroot",
        dataDir: "/home/site/wwwroot/.durable",
      });
      expect(await parse("start", "--script-root", ".")).toMatchObject({ scriptRoot: "/srv/shop" });
    } finally {
      delete process.env["AzureWebJobsScriptRoot"];
    }
  });

  it("reads every option", async () => {
    const line = "start -p 8080 --address 0.0.0.0 --script-root ../app --data-dir /data --storage embedded -t 5";
    const more = "--cors * --cors-credentials --verbose --watch --no-build --enable-auth --pause-on-error";
    const https = "--useHttps --cert shop.pfx --password secret --user-log-level debug";
    const json = "--enable-json-output --json-output-file log.jsonl --language-worker --inspect=0 --functions a b";
    expect(await parse(...[line, more, https, json].flatMap((part) => part.split(" ")))).toEqual({
      scriptRoot: "/srv/app",
      dataDir: "/data",
      port: 8080,
      address: "0.0.0.0",
      functions: ["a", "b"],
      cors: "*",
      corsCredentials: true,
      storage: "embedded",
      enableAuth: true,
      https: { file: "/srv/shop/shop.pfx", password: "secret" },
      startTimeoutMs: 5000,
      verbose: true,
      userLogLevel: "Debug",
      json: { file: "/srv/shop/log.jsonl" },
      watch: true,
      build: false,
      workerArguments: ["--inspect=0"],
      pauseOnError: true,
      notices: [],
    });
  });

  it("puts the default store beside an app in another folder", async () => {
    expect((await parse("start", "--script-root", "../app")).dataDir).toBe("/srv/app/.durable");
  });

  it("is also called host start", async () => {
    expect(await parse("host", "start", "--port", "1")).toEqual(await parse("start", "--port", "1"));
  });

  it("takes the options of func start under their names there, and says which have no meaning here", async () => {
    const options = await parse(..."start --enableAuth --prefix ../app --runtime v4 --offline --javascript".split(" "));
    expect(options).toMatchObject({ enableAuth: true, scriptRoot: "/srv/app" });
    expect(options.notices).toEqual(["--runtime and --offline of func start has no meaning here."]);
  });

  it.each([
    [["--inspect"], ["--inspect=9229"]],
    [["--inspect=9300"], ["--inspect=9300"]],
    [["--inspect-brk", "9300"], ["--inspect-brk=9300"]],
    [
      ["--language-worker", "--", "--inspect=9229 --stack-size=2000"],
      ["--inspect=9229", "--stack-size=2000"],
    ],
  ])("turns %j into flags of the app's processes", async (args, flags) => {
    expect((await parse(...joinWorkerFlags(["start", ...args]))).workerArguments).toEqual(flags);
  });

  it("finds the app above the current folder, and says so", async () => {
    const root = mkdtempSync(join(tmpdir(), "durable-host-root-"));
    const inside = join(root, "src/functions");
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(root, "host.json"), "{}");
    const options = await parseIn(inside, "start");
    rmSync(root, { recursive: true });
    expect(options).toMatchObject({ scriptRoot: root, notices: [`The app is the one in ${root}.`] });
  });

  it.each([
    [["start", "--user-log-level", "loud"], /The levels are Trace, Debug/],
    [["start", "--port", "seven"], /A port is a number from 0 to 65535/],
    [["start", "--port", "70000"], /A port is a number/],
    [["start", "--timeout", "0"], /seconds above 0/],
    [["start", "--storage", "redis"], /Allowed choices are embedded/],
    [["start", "--prot", "1"], /Did you mean --port/],
    [["strat"], /Did you mean start/],
  ])("says what is wrong with %j", async (args, message) => {
    expect((await refuse(...args)).text).toMatch(message);
  });

  it("has help with examples, and a version", async () => {
    const help = await refuse("start", "--help");
    expect(help.code).toBe("commander.helpDisplayed");
    expect(help.text).toMatch(/--data-dir[\s\S]*Examples:[\s\S]*--watch/);
    expect((await refuse("--version")).text).toMatch(/^\d+\.\d+\.\d+/);
  });
});
