import { createCommandLine } from "../src/command-line";
import type { StartOptions } from "../src/start/start-options";

async function parse(...args: string[]): Promise<StartOptions> {
  const started: StartOptions[] = [];
  const commandLine = createCommandLine(
    {
      start(options) {
        started.push(options);
        return Promise.resolve();
      },
      durable: () => Promise.reject(new Error("a durable command ran")),
      storage: () => Promise.reject(new Error("a storage command ran")),
    },
    "/srv/shop",
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
    { start: () => Promise.resolve(), durable: () => Promise.resolve(), storage: () => Promise.resolve() },
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
      storage: undefined,
      enableAuth: false,
      startTimeoutMs: 60_000,
      verbose: false,
      watch: false,
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
    expect(
      await parse(...line.split(" "), "--cors", "*", "--verbose", "--watch", "--enable-auth", "--functions", "a", "b"),
    ).toEqual({
      scriptRoot: "/srv/app",
      dataDir: "/data",
      port: 8080,
      address: "0.0.0.0",
      functions: ["a", "b"],
      cors: "*",
      storage: "embedded",
      enableAuth: true,
      startTimeoutMs: 5000,
      verbose: true,
      watch: true,
    });
  });

  it("puts the default store beside an app in another folder", async () => {
    expect((await parse("start", "--script-root", "../app")).dataDir).toBe("/srv/app/.durable");
  });

  it("is also called host start", async () => {
    expect(await parse("host", "start", "--port", "1")).toEqual(await parse("start", "--port", "1"));
  });

  it.each([
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
