import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostFixture, waitUntil, type ManagementClient } from "@durable-host/testkit";
import { GeneratedApp, runCommand } from "./generated-app";

jest.setTimeout(120_000);
const fixture = new HostFixture();
afterEach(() => fixture.dispose());

type Style = "TypeScript" | "JavaScript" | "ES modules";

const TEMPLATES: readonly (readonly [template: string, name: string])[] = [
  ["orchestrator", "order"],
  ["entity", "stock"],
  ["http", "greet"],
  ["timer", "report"],
  ["queue", "incoming"],
  ["queue-starter", "bulk"],
];

/** Queues belong to a storage account; functions that are disabled can be run by an administrator all the same. */
const WITHOUT_STORAGE = {
  AzureWebJobsStorage: "",
  "AzureWebJobs.incoming.Disabled": "true",
  "AzureWebJobs.bulkQueueStart.Disabled": "true",
};

/** An app with a function from each template, ready to run. */
function appWithAll(style: Style): GeneratedApp {
  const app = new GeneratedApp(fixture.directory(), style === "TypeScript" ? "typescript" : "javascript");
  if (style === "ES modules") makeModules(app);
  for (const [template, name] of TEMPLATES) app.run("new", "--template", template, "--name", name);
  if (style === "TypeScript") app.build();
  return app;
}

function makeModules({ folder }: GeneratedApp): void {
  const manifest = join(folder, "package.json");
  writeFileSync(
    manifest,
    readFileSync(manifest, "utf8").replace('"private": true', '"private": true, "type": "module"'),
  );
  const index = 'import { app } from "@azure/functions";\napp.setup({ enableHttpStream: true });\n';
  writeFileSync(join(folder, "src/index.js"), index);
}

async function runOrchestration(client: ManagementClient): Promise<unknown> {
  const { status, body } = await client.post("/api/orchestrators/orderOrchestrator", {});
  expect(status).toBe(202);
  return (await client.waitForEnd((body as { readonly id: string }).id)).output;
}

describe("an app that init and new have made", () => {
  it.each<Style>(["TypeScript", "JavaScript", "ES modules"])(
    "runs in %s with a function from each template",
    async (style) => {
      const app = appWithAll(style);
      const host = await fixture.start({ scriptRoot: app.folder, env: WITHOUT_STORAGE });
      const client = await fixture.client();

      expect((await client.get("/api/greet?name=Ada")).body).toBe("Hello, Ada!");
      expect(await runOrchestration(client)).toEqual(["Hello, Tokyo!", "Hello, Seattle!", "Hello, London!"]);
      expect((await client.get("/api/stock/chair")).status).toBe(404);
      expect((await client.post("/api/stock/chair", 5)).status).toBe(202);
      await waitUntil("the stock", async () => ((await client.get("/api/stock/chair")).body === 5 ? true : undefined));
      for (const line of ["report: timerTrigger", "Function incoming is disabled."]) {
        await waitUntil(line, () => (host.output.includes(line) ? true : undefined));
      }
      expect((await client.post("/admin/functions/bulkQueueStart", { input: "one" })).status).toBe(202);
      const ended = await waitUntil("the instance that the queue function starts", async () => {
        const { body } = await client.get("/runtime/webhooks/durabletask/instances");
        return (body as { name: string; runtimeStatus: string; input: unknown }[]).find(
          (each) => each.name === "bulkOrchestrator" && each.runtimeStatus === "Completed",
        );
      });
      expect(ended.input).toBe("one");
    },
  );
});

describe("durable-host as a command", () => {
  it("ends with 0 when it has helped, with 1 when it could not, with 3 when it did not understand", () => {
    const folder = fixture.directory();
    expect(runCommand(folder, ["--help"])).toMatchObject({ code: 0, output: expect.stringContaining("init") });
    expect(runCommand(folder, ["settings"])).toMatchObject({ code: 0 });
    expect(runCommand(folder, ["new", "-t", "http"])).toMatchObject({ code: 1 });
    expect(runCommand(folder, ["start", "--prot", "1"])).toMatchObject({
      code: 3,
      output: expect.stringContaining("Did you mean --port"),
    });
    expect(runCommand(folder, ["strat"])).toMatchObject({ code: 3 });
  });

  it.each([["start"], ["init"], ["new"], ["keys"], ["settings"], ["func-shim"], ["durable"], ["storage"]])(
    "has help with examples for %s",
    (command) => {
      const { code, output } = runCommand(fixture.directory(), [command, "--help"]);
      expect(code).toBe(0);
      expect(output).toMatch(/Usage: durable-host[\s\S]*Examples:\n {2}\$ (export|durable-host)/);
    },
  );
});
