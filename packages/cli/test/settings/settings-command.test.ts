import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Folders, runLocalCommand } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

const FILE = `{
  // What the app finds in its environment.
  "IsEncrypted": false,
  "Values": {
    "PAYMENT_URL": "http://pay", // a test one
    "RETRIES": 3
  },
  "ConnectionStrings": { "Shop": { "ConnectionString": "Server=.", "ProviderName": "x" } }
}
`;

function appWith(settings: string): string {
  return folders.make({ "package.json": "{}", "local.settings.json": settings });
}

function textOf(folder: string): string {
  return readFileSync(join(folder, "local.settings.json"), "utf8");
}

describe("durable-host settings", () => {
  it("lists the names, and the values on demand", async () => {
    const folder = appWith(FILE);
    const names = await runLocalCommand(folder, ["settings", "list"]);
    expect(names.printed).toBe("PAYMENT_URL = *****\nRETRIES = *****\nConnectionStrings:Shop = *****");
    for (const flag of ["--show-value", "--showValue"]) {
      const { printed } = await runLocalCommand(folder, ["settings", "list", flag]);
      expect(printed).toBe("PAYMENT_URL = http://pay\nRETRIES = 3\nConnectionStrings:Shop = Server=.");
    }
  });

  it("adds and changes settings, and leaves comments where they are", async () => {
    const folder = appWith(FILE);
    await runLocalCommand(folder, ["settings", "add", "PAYMENT_URL", "https://pay"]);
    await runLocalCommand(folder, ["settings", "add", "NEW", "1"]);
    await runLocalCommand(folder, ["settings", "add", "Other", "Server=o", "--connection-string"]);
    expect(textOf(folder)).toContain('"PAYMENT_URL": "https://pay", // a test one');
    expect(textOf(folder)).toContain('"NEW": "1"');
    expect(textOf(folder)).toMatch(/"ConnectionStrings": \{[\s\S]*"Other": "Server=o"/);
  });

  it("makes the file with the first setting", async () => {
    const folder = folders.make({ "package.json": "{}" });
    expect((await runLocalCommand(folder, ["settings", "list"])).noted).toBe("There are no settings.");
    await runLocalCommand(folder, ["settings", "add", "A", "b"]);
    expect(JSON.parse(textOf(folder))).toEqual({ IsEncrypted: false, Values: { A: "b" } });
  });

  it("deletes a setting, and says so when there is none", async () => {
    const folder = appWith(FILE);
    expect((await runLocalCommand(folder, ["settings", "delete", "RETRIES"])).code).toBe(0);
    expect(textOf(folder)).not.toContain("RETRIES");
    const again = await runLocalCommand(folder, ["settings", "delete", "RETRIES"]);
    expect([again.code, again.noted]).toEqual([1, expect.stringContaining("There is no setting RETRIES")]);
  });

  it.each([
    ['{ "IsEncrypted": true, "Values": { "A": "CfDJ8" } }', /is encrypted.*func settings decrypt/],
    ["{ broken", /is no JSON object/],
  ])("refuses %s in one paragraph, and leaves it", async (settings, message) => {
    const folder = appWith(settings);
    const { code, noted } = await runLocalCommand(folder, ["settings", "add", "A", "b"]);
    expect([code, noted]).toEqual([1, expect.stringMatching(message)]);
    expect(textOf(folder)).toBe(settings);
  });
});
