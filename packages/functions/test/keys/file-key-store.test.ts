import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKeyFolder } from "../../src/keys/file-key-store";

let folder: string;

beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), "durable-keys-")), "secrets")));
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

function write(name: string, content: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(content));
}

describe("the folder of keys", () => {
  it("gets a master key, a function key and the system key when it has none, which then stay", () => {
    const made = readKeyFolder(folder);

    expect(made.master).toMatch(/^[\w-]{54}$/);
    expect([...made.functions.keys()]).toEqual(["default"]);
    expect([...made.systems.keys()]).toEqual(["durabletask_extension"]);
    expect(readKeyFolder(folder)).toEqual(made);
    expect(statSync(join(folder, "host.json")).mode & 0o077).toBe(0);
  });

  it("keeps the keys of another host and adds what is missing", () => {
    write("host.json", {
      masterKey: { name: "master", value: "m", encrypted: false },
      functionKeys: [{ name: "ci", value: "f" }],
      systemKeys: [{ name: "eventgrid_extension", value: "e" }],
      hostName: "shop",
    });
    write("Hello.json", { keys: [{ name: "default", value: "h" }] });

    const { master, functions, systems, perFunction } = readKeyFolder(folder);
    expect(master).toBe("m");
    expect([...functions]).toEqual([["ci", "f"]]);
    expect([...systems.keys()]).toEqual(["eventgrid_extension", "durabletask_extension"]);
    expect(perFunction.get("hello")?.get("default")).toBe("h");
    expect(JSON.parse(readFileSync(join(folder, "host.json"), "utf8"))).toMatchObject({ hostName: "shop" });
  });

  it.each([
    [{ masterKey: { name: "master", value: "x", encrypted: true } }, /"master" in "masterKey" is encrypted/],
    [{ functionKeys: "secret" }, /"functionKeys" must be a list/],
    [{ systemKeys: [{ name: "x" }] }, /a key in "systemKeys" has no name or no value/],
  ])("that cannot be used says why: %j", (content, message) => {
    write("host.json", content);
    expect(() => readKeyFolder(folder)).toThrow(message);
  });

  it("that cannot be written says where", () => {
    writeFileSync(folder, "a file in the place of the folder");
    expect(() => readKeyFolder(folder)).toThrow(folder);
  });
});
