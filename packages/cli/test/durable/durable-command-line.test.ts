import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DURABLE_COMMANDS } from "../../src/durable/all-commands";
import { parseCommandLine, parseDurable } from "./parse-durable";

const folder = mkdtempSync(join(tmpdir(), "durable-host-command-line-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function refused(...args: readonly string[]): Promise<string> {
  const { request, exitCode, text } = await parseCommandLine("durable", ...args);
  expect([request, exitCode]).toEqual([undefined, 1]);
  return text;
}

describe("durable-host durable", () => {
  it("has the commands of func durable, and more", () => {
    expect(DURABLE_COMMANDS.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...["start-new", "get-instances", "get-runtime-status", "get-history", "raise-event", "terminate"],
        ...["rewind", "purge-history", "delete-task-hub", "signal-entity", "suspend", "resume", "restart"],
      ]),
    );
  });

  it.each(DURABLE_COMMANDS.map(({ name }) => name))("explains %s with examples", async (name) => {
    const { code, text } = await parseCommandLine("durable", name, "--help");
    expect(code).toBe("commander.helpDisplayed");
    expect(text).toMatch(new RegExp(`Where:[\\s\\S]*--url[\\s\\S]*Examples:\n  \\$ durable-host durable ${name}`));
  });

  it("tells where the commands go", async () => {
    expect((await parseCommandLine("durable", "--help")).text).toMatch(/start-new[\s\S]*A running host \(--url\)/);
  });

  it("looks around by itself unless told where to", async () => {
    const { target, json } = await parseDurable("get-instances");
    expect(target).toEqual({ scriptRoot: "/srv/shop", offline: false });
    expect(json).toBe(false);
  });

  it("takes a host with its key", async () => {
    const line = "get-instances --url https://shop.example.com --code k --task-hub-name Shop --json";
    const { target, json } = await parseDurable(...line.split(" "));
    expect(target).toMatchObject({ url: "https://shop.example.com", code: "k", taskHubName: "Shop" });
    expect(json).toBe(true);
  });

  it("takes a store, with folders seen from the current one", async () => {
    const line = "get-instances --offline --data-dir data --script-root ../app --connection-string-setting DB";
    const { target } = await parseDurable(...line.split(" "));
    expect(target).toEqual({
      offline: true,
      dataDir: "/srv/shop/data",
      scriptRoot: "/srv/app",
      connectionStringSetting: "DB",
    });
  });

  it.each([[["terminate", "--id", "a"]], [["terminate", "a"]], [["terminate", "a", "--id", "a"]]])(
    "takes the instance of %j",
    async (args) => {
      expect((await parseDurable(...args)).instanceIds).toEqual(["a"]);
    },
  );

  it("keeps the id of a new instance apart", async () => {
    const { values, instanceIds } = await parseDurable("start-new", "--function-name", "f", "--id", "a");
    expect(instanceIds).toEqual([]);
    expect(values).toMatchObject({ functionName: "f", id: "a" });
  });

  it("does not take the version of an instance for a question about its own", async () => {
    const { values } = await parseDurable("start-new", "--function-name", "f", "--version", "2");
    expect(values).toMatchObject({ version: "2" });
  });

  it.each([
    [["terminate"], /name the instance: --id <id>/],
    [["terminate", "a", "--id", "b"], /one instance, not a and b/],
    [["get-instances", "a"], /too many arguments/],
    [["get-instances", "--url", "localhost:7071"], /Write it as http:/],
    [["get-instances", "--url", "http://h", "--offline"], /cannot be used with option '--offline'/],
    [["get-instances", "--url", "http://h", "--data-dir", "d"], /cannot be used with option '--data-dir/],
    [["get-instances", "--top", "0"], /whole number above 0/],
    [["get-instances", "--top", "many"], /whole number above 0/],
    [["get-instances", "--runtime-status", "done"], /Known: Running, Completed/],
    [["get-instances", "--created-after", "yesterday"], /2026-03-01T12:00:00Z/],
    [["get-instances", "--tag", "blue"], /key:value/],
    [["start-new"], /required option '--function-name <name>'/],
    [["start-new", "--function-name", "f", "--input", "{"], /It is no JSON: .*@input\.json/],
    [["raise-event", "a"], /required option '--event-name/],
    [["signal-entity", "--entity-name", "e", "--operation", "o"], /required option '--entity-key/],
    [["get-instnces"], /Did you mean get-instances/],
    [["get-instances", "--prefx", "a"], /Did you mean --prefix/],
  ])("says what is wrong with %j", async (args, message) => {
    expect(await refused(...args)).toMatch(message);
  });
});

describe("values of options", () => {
  const input = async (text: string) =>
    (await parseDurable("start-new", "--function-name", "f", "--input", text)).values["input"];
  const time = async (text: string) =>
    (await parseDurable("get-instances", "--created-after", text)).values["createdAfter"];

  it("are JSON, passed on as it is written", async () => {
    expect(await input('{"n": 12345678901234567890}')).toBe('{"n": 12345678901234567890}');
  });

  it("are JSON from a file, with or without a byte order mark", async () => {
    writeFileSync(join(folder, "input.json"), '\uFEFF{"from": "file"}');
    expect(await input(`@${join(folder, "input.json")}`)).toBe('{"from": "file"}');
  });

  it("name the file that is missing, or holds no JSON", async () => {
    writeFileSync(join(folder, "bad.json"), "hello");
    const line = ["start-new", "--function-name", "f", "--input"];
    expect(await refused(...line, `@${join(folder, "missing.json")}`)).toMatch(/cannot be read: .*missing\.json/);
    expect(await refused(...line, `@${join(folder, "bad.json")}`)).toMatch(/bad\.json holds no JSON/);
  });

  it.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01T12:00", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01 12:00", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01T12:00:00.5+02:00", "2026-03-01T10:00:00.500Z"],
    ["03/01/2026 12:00", "2026-03-01T12:00:00.000Z"],
  ])("take the time %s, in UTC unless it says otherwise", async (text, iso) => {
    expect(await time(text)).toBe(iso);
  });

  it.each([
    [["--runtime-status", "failed", "Completed"]],
    [["--runtime-status", "failed completed"]],
    [["--runtime-status", "FAILED,completed"]],
  ])("take several statuses, as in %j", async (args) => {
    expect((await parseDurable("get-instances", ...args)).values["runtimeStatus"]).toEqual(["Failed", "Completed"]);
  });

  it("take several tags, whose values may hold colons", async () => {
    const { values } = await parseDurable("get-instances", "--tag", "team:blue", "--tag", "url:http://x");
    expect(values["tag"]).toEqual(["team:blue", "url:http://x"]);
  });
});
