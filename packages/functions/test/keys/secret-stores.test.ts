import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DurableHostError, type RecordStore, type StoredRecord } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { createSecretStore } from "../../src/keys/create-secret-store";
import { FileSecretStore } from "../../src/keys/file-secret-store";
import { KeyRing } from "../../src/keys/key-ring";
import { RecordSecretStore } from "../../src/keys/record-secret-store";

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "durable-keys-"));
  folder = join(root, "secrets");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, content: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(content));
}

function ring(): KeyRing {
  return new KeyRing({ store: new FileSecretStore(folder), clock: new ManualClock() });
}

class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, StoredRecord>();

  async get(key: string): Promise<StoredRecord | undefined> {
    return this.#records.get(key);
  }

  async put(key: string, value: string, expectedVersion: number | undefined): Promise<boolean> {
    if (this.#records.get(key)?.version !== expectedVersion) return false;
    this.#records.set(key, { key, value, version: (expectedVersion ?? 0) + 1 });
    return true;
  }

  async delete(key: string): Promise<void> {
    this.#records.delete(key);
  }

  async list(prefix: string): Promise<readonly StoredRecord[]> {
    return [...this.#records.values()].filter(({ key }) => key.startsWith(prefix));
  }
}

describe.each([
  ["a folder", () => new FileSecretStore(folder)],
  ["the store of the task hub", (records: RecordStore) => new RecordSecretStore(() => records)],
])("%s", (_what, make) => {
  it("keeps documents, and tells who was too late", async () => {
    const store = make(new MemoryRecords());
    expect(await store.readAll()).toEqual(new Map());
    expect(await store.write("host", '{"a":1}', undefined)).toBe(true);
    expect(await store.write("host", '{"a":2}', undefined)).toBe(false);
    const { revision } = (await store.readAll()).get("host") ?? {};
    expect(await store.write("host", '{"a":3}', revision)).toBe(true);
    expect(await store.write("host", '{"a":4}', revision)).toBe(false);
    expect(await store.write("hello", "{}", undefined)).toBe(true);
    expect([...(await store.readAll())].map(([name, { text }]) => [name, text])).toEqual(
      expect.arrayContaining([
        ["host", '{"a":3}'],
        ["hello", "{}"],
      ]),
    );
  });
});

describe("the folder of keys", () => {
  it("is for the host alone", async () => {
    await ring().load();
    expect(statSync(join(folder, "host.json")).mode & 0o077).toBe(0);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it("keeps the keys of another host, and what is missing is added", async () => {
    write("host.json", {
      masterKey: { name: "master", value: "m", encrypted: false },
      functionKeys: [{ name: "ci", value: "f" }],
      systemKeys: [{ name: "eventgrid_extension", value: "e" }],
      hostName: "shop",
    });
    write("Hello.json", { keys: [{ name: "default", value: "h" }] });

    const keys = ring();
    expect([...(await keys.list({ type: "host" }))]).toEqual([["ci", "f"]]);
    const systems = await keys.list({ type: "system" });
    expect(systems.get("_master")).toBe("m");
    expect([...systems.keys()]).toEqual(["_master", "eventgrid_extension", "durabletask_extension"]);
    await keys.set({ type: "function", name: "hello" }, "second", "s");
    expect([...(await keys.list({ type: "function", name: "HELLO" }))]).toEqual([
      ["default", "h"],
      ["second", "s"],
    ]);
    expect(JSON.parse(readFileSync(join(folder, "host.json"), "utf8"))).toMatchObject({ hostName: "shop" });
    expect(JSON.parse(readFileSync(join(folder, "Hello.json"), "utf8"))).toMatchObject({ keys: { length: 2 } });
  });

  it.each([
    [{ masterKey: { name: "master", value: "x", encrypted: true } }, /"master" in "masterKey" is encrypted/],
    [{ functionKeys: "secret" }, /"functionKeys" must be a list/],
    [{ systemKeys: [{ name: "x" }] }, /a key in "systemKeys" has no name or no value/],
  ])("that cannot be used says why: %j", async (content, message) => {
    write("host.json", content);
    await expect(ring().load()).rejects.toThrow(message);
  });

  it("that cannot be written says where", async () => {
    writeFileSync(folder, "a file in the place of the folder");
    await expect(ring().load()).rejects.toThrow(folder);
  });
});

describe("where keys are kept", () => {
  const place = (options: { type?: string; folder?: string; isShared?: boolean; settings?: Record<string, string> }) =>
    createSecretStore({
      defaultFolder: "/data/secrets",
      isShared: false,
      records: () => undefined,
      settings: {},
      ...options,
    }).place;

  it.each([
    [{}, "/data/secrets"],
    [{ isShared: true }, "the store of the task hub"],
    [{ isShared: true, folder: "/keys" }, "/keys"],
    [{ type: "", folder: "" }, "/data/secrets"],
    [{ type: "Files", isShared: true }, "/data/secrets"],
    [{ type: "store" }, "the store of the task hub"],
  ])("is a matter of settings, and by default shared where the store is: %j", (options, expected) => {
    expect(place(options)).toBe(expected);
  });

  it.each(["kubernetes", "keyvault", "nowhere"])("is not %s, which the host says", (type) => {
    expect(() => place({ type })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(`"${type}"`) }),
    );
  });

  it("is a container only where there is an account for it", () => {
    expect(() => place({ type: "blob" })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    const settings = { AzureWebJobsStorage: "UseDevelopmentStorage=true", WEBSITE_SITE_NAME: "Shop" };
    expect(place({ type: "blob", settings })).toBe('the container azure-webjobs-secrets, below "shop/"');
  });

  it("has to be able to keep something", async () => {
    const store = createSecretStore({
      type: "store",
      defaultFolder: "",
      isShared: true,
      records: () => undefined,
      settings: {},
    });
    await expect(store.readAll()).rejects.toThrow(DurableHostError);
  });
});

describe("keys in a folder", () => {
  it("are all kept when several are set at the same time", async () => {
    const keys = ring();
    await keys.load();
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => keys.set({ type: "host" }, name, `value-${name}`)));
    const kept = await ring().list({ type: "host" });
    expect(names.map((name) => kept.get(name))).toEqual(names.map((name) => `value-${name}`));
  });
});
