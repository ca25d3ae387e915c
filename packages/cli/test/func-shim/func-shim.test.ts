import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readFuncArguments } from "../../src/func-shim/func-arguments";
import { shimFiles } from "../../src/func-shim/shim-files";
import { HOST_VERSION } from "../../src/version";
import { Folders, runLocalCommand } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

describe("func, answered by durable-host", () => {
  it("has a version that editors take for one of the Core Tools", () => {
    const call = readFuncArguments(["--version"]);
    expect(call).toEqual({ type: "print", text: expect.stringMatching(/^4\.\d+\.\d+\+durable-host\./) });
    expect(call).toHaveProperty("text", expect.stringContaining(HOST_VERSION));
  });

  it.each([[["start", "--port", "7"]], [["host", "start"]], [["durable", "get-instances"]], [["new"]]])(
    "passes %j on",
    (args) => {
      expect(readFuncArguments(args)).toEqual({ type: "run", args });
    },
  );

  it("shows the help when nothing is asked of it", () => {
    expect(readFuncArguments([])).toEqual({ type: "run", args: ["--help"] });
  });

  it("names who else has a command that this host does not have", () => {
    const call = readFuncArguments(["azure", "functionapp", "publish", "shop"]);
    expect(call).toHaveProperty(
      "message",
      expect.stringContaining("npx azure-functions-core-tools@4 azure functionapp publish shop"),
    );
  });
});

describe("durable-host func-shim", () => {
  it("puts a func into an app that its npm scripts find, and takes it away", async () => {
    const folder = folders.make({ "package.json": "{}" });
    expect((await runLocalCommand(folder, ["func-shim", "install"])).code).toBe(0);
    const file = join(folder, "node_modules/.bin/func");
    expect(execFileSync(file, ["--version"], { encoding: "utf8" })).toContain("durable-host");
    expect(statSync(file).mode & 0o111).not.toBe(0);
    expect((await runLocalCommand(folder, ["func-shim", "remove"])).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await runLocalCommand(folder, ["func-shim", "remove"])).noted).toContain(
      "There is no func of durable-host",
    );
  });

  it("does not replace the Core Tools without being told to", async () => {
    const folder = folders.make({ "package.json": "{}", "node_modules/.bin/func": "the real one" });
    const refused = await runLocalCommand(folder, ["func-shim", "install"]);
    expect([refused.code, refused.noted]).toEqual([1, expect.stringContaining("--force")]);
    expect(readFileSync(join(folder, "node_modules/.bin/func"), "utf8")).toBe("the real one");
    expect((await runLocalCommand(folder, ["func-shim", "install", "--force"])).code).toBe(0);
  });

  it("refuses a folder without npm scripts", async () => {
    expect(await runLocalCommand(folders.make(), ["func-shim", "install"])).toMatchObject({ code: 1 });
  });

  it("names a folder with a func for the PATH", async () => {
    const { printed } = await runLocalCommand(folders.make(), ["func-shim", "path"]);
    expect(execFileSync(join(printed, "func"), ["--version"], { encoding: "utf8" })).toMatch(/^4\./);
    expect(readFileSync(join(printed, "func.cmd"), "utf8")).toContain("%*\r\n");
  });

  it("leads on Windows to the same program, with back slashes", () => {
    expect(shimFiles("../durable-host/bin/func.js")["func.cmd"]).toContain(
      '@node "%~dp0..\\durable-host\\bin\\func.js" %*',
    );
  });
});
