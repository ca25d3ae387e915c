import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Questions } from "../../src/local/local-command";
import { TEMPLATES } from "../../src/new/all-templates";
import { queueName } from "../../src/new/templates/queue";
import { Folders, runLocalCommand } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

function anApp(manifest: object = {}, more: Record<string, string> = {}): string {
  return folders.make({ "host.json": '{ "version": "2.0" }', "package.json": JSON.stringify(manifest), ...more });
}

describe("durable-host new", () => {
  it("writes JavaScript with require, or with import for an app of ES modules", async () => {
    const common = anApp();
    await runLocalCommand(common, ["new", "--template", "http", "--name", "price"]);
    const code = readFileSync(join(common, "src/functions/price.js"), "utf8");
    expect(code).toContain('const { app } = require("@azure/functions");');
    expect(code).toContain('authLevel: "anonymous"');
    const modules = anApp({ type: "module" });
    await runLocalCommand(modules, ["new", "-t", "http", "-n", "price", "-a", "function"]);
    const module = readFileSync(join(modules, "src/functions/price.js"), "utf8");
    expect(module).toContain('import { app } from "@azure/functions";');
    expect(module).toContain('authLevel: "function"');
  });

  it("writes TypeScript for an app that has a tsconfig.json", async () => {
    const folder = anApp({}, { "tsconfig.json": "{}" });
    const { printed } = await runLocalCommand(folder, ["new", "-t", "timer", "-n", "report"]);
    expect(printed).toContain("Writing src/functions/report.ts");
    expect(readFileSync(join(folder, "src/functions/report.ts"), "utf8")).toContain('app.timer("report"');
  });

  it("is also function new, and knows templates by the names of func", async () => {
    const folder = anApp();
    const line = ["function", "new", "--template", "durable functions ORCHESTRATOR", "--name", "order"];
    expect((await runLocalCommand(folder, line)).code).toBe(0);
    expect(readFileSync(join(folder, "src/functions/order.js"), "utf8")).toContain("orderOrchestrator");
  });

  it("finds the app above the current folder", async () => {
    const folder = anApp({}, { "src/functions/there.js": "" });
    await runLocalCommand(join(folder, "src/functions"), ["new", "-t", "entity", "-n", "stock"]);
    expect(readFileSync(join(folder, "src/functions/stock.js"), "utf8")).toContain('df.app.entity("stock"');
  });

  it("asks on a terminal for what is not said", async () => {
    const folder = anApp();
    const asked: string[] = [];
    const questions: Questions = {
      select: (message, choices) => {
        asked.push(message);
        const chosen = choices.find(({ value }) => value === "queue");
        return chosen ? Promise.resolve(chosen.value) : Promise.reject(new Error("no such choice"));
      },
      input: (message, suggestion, check) => {
        asked.push(`${message} ${suggestion}`);
        expect(check("1st")).toContain("cannot be the name");
        expect(check("incoming")).toBeUndefined();
        return Promise.resolve("incoming");
      },
    };
    await runLocalCommand(folder, ["new"], { questions });
    expect(asked).toEqual(["What do you want to add?", "Its name: queueTrigger"]);
    expect(readFileSync(join(folder, "src/functions/incoming.js"), "utf8")).toContain('queueName: "incoming-items"');
  });

  it("lists the templates where nobody can be asked", async () => {
    const { code, noted } = await runLocalCommand(anApp(), ["new"]);
    expect(code).toBe(1);
    for (const { name, title } of TEMPLATES) expect(noted).toContain(`${name.padEnd(14)} ${title}`);
    expect((await runLocalCommand(anApp(), ["new", "-t", "kafka"])).noted).toContain('There is no template "kafka"');
  });

  it("writes no file again that is there, unless it is told so", async () => {
    const folder = anApp({}, { "src/functions/a.js": "mine" });
    const line = ["new", "-t", "http", "-n", "a"];
    expect(await runLocalCommand(folder, line)).toMatchObject({ code: 1, noted: expect.stringMatching(/--force/) });
    expect(readFileSync(join(folder, "src/functions/a.js"), "utf8")).toBe("mine");
    expect(await runLocalCommand(folder, [...line, "--force"])).toMatchObject({ code: 0 });
  });

  it("says what is missing: an app, a name, durable-functions", async () => {
    expect((await runLocalCommand(folders.make(), ["new", "-t", "http"])).noted).toContain("is no Functions app");
    expect((await runLocalCommand(anApp(), ["new", "-t", "http", "-n", "a b"])).noted).toContain("cannot be the name");
    expect((await runLocalCommand(anApp(), ["new", "-t", "entity"])).noted).toContain("npm install durable-functions");
    const complete = anApp({ dependencies: { "durable-functions": "^3.5.0" } });
    expect((await runLocalCommand(complete, ["new", "-t", "entity"])).noted).toBe("");
  });

  it.each([
    ["order", "order-items"],
    ["newOrder_2", "new-order-2-items"],
    ["x".repeat(90), `${"x".repeat(57)}-items`],
  ])("makes of %s a queue name that storage takes", (name, expected) => {
    expect(queueName(name)).toBe(expected);
    expect(queueName(name)).toMatch(/^[a-z0-9](?:-?[a-z0-9]){2,62}$/);
  });
});
