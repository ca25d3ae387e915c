import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS } from "../../src/init/project";
import type { Questions } from "../../src/local/local-command";
import { Folders, runLocalCommand } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

const QUICK = "--skip-npm-install";

function readJson(folder: string, file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>;
}

/** Somebody at the terminal who always takes the first choice. */
const takesTheFirst: Questions = {
  select: (_message, [first]) => (first ? Promise.resolve(first.value) : Promise.reject(new Error("no choice"))),
  input: () => Promise.reject(new Error("nothing is to be written")),
};

describe("durable-host init", () => {
  it("writes an app in JavaScript where nobody can be asked, and says how to get another", async () => {
    const folder = folders.make();
    const { code, printed, programs } = await runLocalCommand(folder, ["init", QUICK]);
    expect(code).toBe(0);
    expect(printed).toContain("Language: javascript. Another: --language");
    expect(programs).toEqual([]);
    expect(readJson(folder, "package.json")).toMatchObject({
      main: "src/{index.js,functions/*.js}",
      scripts: { start: "durable-host start", "start:func": "func start" },
    });
    expect(existsSync(join(folder, "src/functions"))).toBe(true);
    expect(existsSync(join(folder, "tsconfig.json"))).toBe(false);
  });

  it("asks for the language on a terminal", async () => {
    const folder = folders.make();
    await runLocalCommand(folder, ["init", QUICK], { questions: takesTheFirst });
    expect(readJson(folder, "package.json")).toMatchObject({
      main: "dist/src/{index.js,functions/*.js}",
      scripts: { build: "tsc", watch: "tsc -w", prestart: "npm run build" },
    });
    expect(existsSync(join(folder, "tsconfig.json"))).toBe(true);
  });

  it("has what the official host needs to run the same app [FH83]", async () => {
    const folder = folders.make();
    await runLocalCommand(folder, ["init", QUICK, "--typescript"]);
    expect(readJson(folder, "host.json")).toMatchObject({
      version: "2.0",
      extensionBundle: { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" },
    });
    expect(readJson(folder, "local.settings.json")).toEqual({
      IsEncrypted: false,
      Values: { FUNCTIONS_WORKER_RUNTIME: "node", AzureWebJobsStorage: "UseDevelopmentStorage=true" },
    });
    expect(readJson(folder, "package.json")).toHaveProperty("dependencies.@azure/functions");
    expect(readFileSync(join(folder, ".funcignore"), "utf8").split("\n")).toEqual(
      expect.arrayContaining(["local.settings.json", "*.ts", ".durable"]),
    );
  });

  it("asks for the versions that this repository is tested with", () => {
    const root = readJson(join(__dirname, "../../../.."), "package.json");
    const tested = { ...(root["dependencies"] as object), ...(root["devDependencies"] as object) };
    expect(tested).toMatchObject(VERSIONS);
  });

  it("makes the folder, installs packages, makes a repository, and says what to do next", async () => {
    const folder = folders.make();
    const { code, printed, programs } = await runLocalCommand(folder, ["init", "my Shop", "--source-control"]);
    expect(code).toBe(0);
    expect(readJson(join(folder, "my Shop"), "package.json")).toMatchObject({ name: "my-shop" });
    expect(programs).toEqual(["git init --quiet", "npm install --no-audit --no-fund"]);
    expect(printed).toMatch(/Next:\n {2}cd my Shop\n {2}npx durable-host new/);
  });

  it("leaves files as they are that are there, unless it is told otherwise", async () => {
    const folder = folders.make({ "host.json": "mine" });
    const first = await runLocalCommand(folder, ["init", QUICK]);
    expect(first.printed).toContain("host.json already exists. Skipped");
    expect(readFileSync(join(folder, "host.json"), "utf8")).toBe("mine");
    await runLocalCommand(folder, ["init", QUICK, "--force", "--no-bundle"]);
    expect(readJson(folder, "host.json")).not.toHaveProperty("extensionBundle");
  });

  it("writes a Dockerfile on demand, or nothing else", async () => {
    const folder = folders.make();
    await runLocalCommand(folder, ["init", "--docker-only"]);
    expect(existsSync(join(folder, "package.json"))).toBe(false);
    expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toContain("npm run build --if-present");
    expect(existsSync(join(folder, ".dockerignore"))).toBe(true);
  });

  it("fails with code 1 when npm does, and says that the files are there", async () => {
    const folder = folders.make();
    const { code, noted } = await runLocalCommand(folder, ["init"], { runProgram: () => Promise.resolve(1) });
    expect(code).toBe(1);
    expect(noted).toContain("The files are written, but npm install failed.");
    expect(existsSync(join(folder, "host.json"))).toBe(true);
  });

  it.each([
    [["--worker-runtime", "python"], /not in python/],
    [["--model", "V3"], /not V3/],
  ])("refuses %j", async (args, message) => {
    const { code, noted } = await runLocalCommand(folders.make(), ["init", ...args]);
    expect([code, noted]).toEqual([1, expect.stringMatching(message)]);
  });

  it("takes the language from func's --worker-runtime", async () => {
    const folder = folders.make();
    await runLocalCommand(folder, ["init", QUICK, "--worker-runtime", "typescript", "--model", "V4"]);
    expect(existsSync(join(folder, "tsconfig.json"))).toBe(true);
  });
});
