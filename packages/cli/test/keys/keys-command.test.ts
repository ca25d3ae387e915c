import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Folders, runLocalCommand, type Outcome } from "../local/run-local-command";

const folders = new Folders();
afterEach(() => folders.dispose());

function anApp(): (...args: readonly string[]) => Promise<Outcome> {
  const folder = folders.make({ "host.json": '{ "version": "2.0" }', "package.json": "{}" });
  return (...args) => runLocalCommand(folder, ["keys", ...args]);
}

describe("durable-host keys", () => {
  it("lists the names of the keys that a new host has", async () => {
    const keys = anApp();
    expect(await keys("list")).toMatchObject({
      code: 0,
      printed: "function keys: default\nsystem keys: _master, durabletask_extension",
    });
    expect((await keys("list", "--function", "price")).printed).toBe("keys of price: none");
  });

  it("makes keys that nobody can guess, or those it is given, and shows them again", async () => {
    const keys = anApp();
    const { printed: made } = await keys("set", "partner");
    expect(made).toMatch(/^[\w-]{40,}$/);
    expect((await keys("show", "Partner")).printed).toBe(made);
    expect((await keys("set", "partner", "mine", "--function", "price")).printed).toBe("mine");
    expect((await keys("show", "partner", "--function", "price")).printed).toBe("mine");
    expect((await keys("list", "--function", "price")).printed).toBe("keys of price: partner");
  });

  it("keeps them where the host looks for them", async () => {
    const folder = folders.make({ "host.json": '{ "version": "2.0" }', "package.json": "{}" });
    const { printed } = await runLocalCommand(folder, ["keys", "set", "_master", "--system", "--data-dir", "store"]);
    const file = readFileSync(join(folder, "store/secrets/host.json"), "utf8");
    expect(JSON.parse(file)).toMatchObject({ masterKey: { value: printed } });
  });

  it("deletes a key, but never the master key", async () => {
    const keys = anApp();
    await keys("set", "partner");
    expect((await keys("delete", "partner")).code).toBe(0);
    expect((await keys("delete", "partner")).noted).toContain("There is no key partner among the function keys.");
    expect(await keys("delete", "_master", "--system")).toMatchObject({
      code: 1,
      noted: "The master key can be replaced, not deleted.",
    });
  });

  it("says what is wrong with a folder that is no app", async () => {
    const { code, noted } = await runLocalCommand(folders.make(), ["keys", "list"]);
    expect([code, noted]).toEqual([1, expect.stringContaining("holds no Functions app")]);
  });
});
