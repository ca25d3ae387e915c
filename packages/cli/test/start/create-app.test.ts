import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration, type FunctionAppHost, type FunctionDescription } from "@durable-host/functions";
import { requireFunctions, webhookBaseUrl } from "../../src/start/create-app";

const appRoot = mkdtempSync(join(tmpdir(), "durable-host-create-app-"));
writeFileSync(join(appRoot, "package.json"), "{}");
afterAll(() => rmSync(appRoot, { recursive: true, force: true }));

const configured = (environment: Record<string, string> = {}) => loadConfiguration({ appRoot, environment });

function anApp(...functions: Partial<FunctionDescription>[]): FunctionAppHost {
  return { functions } as unknown as FunctionAppHost;
}

describe("webhook base URL", () => {
  it.each([
    [undefined, "http://localhost:7071/runtime/webhooks/durabletask"],
    ["localhost:9000", "http://localhost:9000/runtime/webhooks/durabletask"],
    ["shop.example", "https://shop.example/runtime/webhooks/durabletask"],
    ["localhost.example", "https://localhost.example/runtime/webhooks/durabletask"],
  ])("for WEBSITE_HOSTNAME %s is %s", (hostname, url) => {
    expect(webhookBaseUrl(configured(hostname === undefined ? {} : { WEBSITE_HOSTNAME: hostname }), 7071)).toBe(url);
  });
});

describe("an app that cannot do anything", () => {
  it("is told where functions come from when it has none", () => {
    expect(() => requireFunctions(anApp(), configured())).toThrow(
      expect.objectContaining({
        code: "APP_LOAD_FAILED",
        message: expect.stringMatching(/has no functions\. .*"main" in package\.json/),
      }),
    );
  });

  it("is told that all are disabled", () => {
    expect(() => requireFunctions(anApp({ disabled: true }, { disabled: true }), configured())).toThrow(
      /all 2 are disabled/,
    );
  });

  it("may start with one that is enabled", () => {
    expect(() => requireFunctions(anApp({ disabled: true }, { disabled: false }), configured())).not.toThrow();
  });
});
