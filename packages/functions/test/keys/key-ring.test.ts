import { ManualClock } from "@durable-host/testkit";
import { KeyRing, type KeyList } from "../../src/keys/key-ring";
import { MemorySecretStore } from "./memory-secret-store";

const HOST: KeyList = { type: "host" };
const SYSTEM: KeyList = { type: "system" };
const HELLO: KeyList = { type: "function", name: "Hello" };

function request(query: string, key?: string): { url: URL; headers: Record<string, string> } {
  return {
    url: new URL(`http://localhost/admin${query}`),
    headers: key === undefined ? {} : { "x-functions-key": key },
  };
}

function storeWith(master: string): MemorySecretStore {
  const store = new MemorySecretStore();
  setMaster(store, master);
  return store;
}

function setMaster(store: MemorySecretStore, value: string): void {
  const masterKey = { name: "master", value };
  store.put("host", JSON.stringify({ masterKey, functionKeys: [{ name: "default", value: "f" }], systemKeys: [] }));
}

async function ringOn(store: MemorySecretStore, clock = new ManualClock()): Promise<KeyRing> {
  const ring = new KeyRing({ store, clock });
  await ring.load();
  return ring;
}

describe("a request", () => {
  it.each([
    [request("?code=m%2B1"), true],
    [request("?CODE=m%2B1"), true],
    [request("", "m+1"), true],
    [request("?code=m%2B1", "wrong"), false],
    [request("?code=wrong"), false],
    [request(""), false],
  ])("presents its key in the header, or else in the query (%#) [FH46]", async (presented, admitted) => {
    const ring = await ringOn(storeWith("m+1"));
    expect(ring.admits(presented, { type: "admin" })).toBe(admitted);
  });

  it("that comes before the keys are read waits for them", async () => {
    const ring = new KeyRing({ store: storeWith("m"), clock: new ManualClock() });
    expect(ring.systemKey("durabletask_extension")).toBeUndefined();
    expect(await ring.admits(request("", "m"), { type: "admin" })).toBe(true);
  });
});

describe("keys that another host has changed", () => {
  it("are known within a minute, those it has deleted too, and nobody can make the host look more often", async () => {
    const clock = new ManualClock();
    const store = storeWith("old");
    const ring = await ringOn(store, clock);
    setMaster(store, "new");
    const { reads } = store;

    expect(await ring.admits(request("", "new"), { type: "admin" })).toBe(false);
    expect(await ring.admits(request("", "old"), { type: "admin" })).toBe(true);
    expect(store.reads).toBe(reads);
    clock.advance(60_000);
    const both: (boolean | Promise<boolean>)[] = [
      ring.admits(request("", "old"), { type: "admin" }),
      ring.admits(request("", "new"), { type: "admin" }),
    ];
    expect([await both[0], await both[1]]).toEqual([false, true]);
  });

  it("leave the known ones in force while they cannot be read", async () => {
    const clock = new ManualClock();
    const store = storeWith("m");
    const ring = await ringOn(store, clock);
    store.failure = new Error("the store is away");
    clock.advance(60_000);

    expect(await ring.admits(request("", "other"), { type: "admin" })).toBe(false);
    expect(await ring.admits(request("", "m"), { type: "admin" })).toBe(true);
  });
});

describe("a host without keys", () => {
  it("makes a master key, a function key and the system key of Durable Functions, which then stay", async () => {
    const store = new MemorySecretStore();
    const made = await ringOn(store);

    expect((await made.list(SYSTEM)).get("_master")).toMatch(/^[\w-]{54}$/);
    expect([...(await made.list(SYSTEM)).keys()]).toEqual(["_master", "durabletask_extension"]);
    expect([...(await made.list(HOST)).keys()]).toEqual(["default"]);
    expect(await (await ringOn(store)).list(SYSTEM)).toEqual(await made.list(SYSTEM));
  });

  it("takes those of another host that makes its own at the same time", async () => {
    const store = new MemorySecretStore();
    store.beforeWrite = () => {
      store.beforeWrite = undefined;
      setMaster(store, "theirs");
    };
    const ring = await ringOn(store);
    expect(ring.admits(request("", "theirs"), { type: "admin" })).toBe(true);
  });
});

describe("administration", () => {
  it("makes a key that nobody can guess, replaces it and deletes it [FH50]", async () => {
    const store = new MemorySecretStore();
    const ring = await ringOn(store);
    const made = await ring.set(HELLO, "mine");
    expect(made).toEqual({ value: expect.stringMatching(/^[\w-]{54}$/), isNew: true });
    expect(await ring.set(HELLO, "MINE", "chosen")).toEqual({ value: "chosen", isNew: false });
    expect([...(await ring.list(HELLO))]).toEqual([["mine", "chosen"]]);
    expect(store.json("hello")).toEqual({ keys: [{ name: "mine", value: "chosen", encrypted: false }] });

    expect(ring.admits(request("", "chosen"), { type: "function", name: "hello" })).toBe(true);
    expect(await ring.delete(HELLO, "Mine")).toBe(true);
    expect(await ring.delete(HELLO, "mine")).toBe(false);
    expect(ring.admits(request("", "chosen"), { type: "function", name: "hello" })).toBe(false);
  });

  it("replaces the master key, and does not delete it", async () => {
    const ring = await ringOn(storeWith("m"));
    await expect(ring.delete(SYSTEM, "_MASTER")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await ring.set(SYSTEM, "_master", "n")).toEqual({ value: "n", isNew: false });
    expect(ring.admits(request("", "n"), { type: "admin" })).toBe(true);
    expect(ring.admits(request("", "m"), { type: "admin" })).toBe(false);
  });

  it("keeps what somebody else has changed meanwhile", async () => {
    const store = storeWith("m");
    const [ring, rival] = [await ringOn(store), await ringOn(store)];
    await rival.set(HOST, "theirs", "t");
    await ring.set(HOST, "ours", "o");
    expect([...(await rival.list(HOST))]).toEqual([
      ["default", "f"],
      ["theirs", "t"],
      ["ours", "o"],
    ]);
  });

  it("gives up when others are faster each time", async () => {
    const store = storeWith("m");
    const ring = await ringOn(store);
    store.beforeWrite = () => store.put("host", store.documents.get("host")?.text ?? "");
    await expect(ring.set(HOST, "ours")).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
  });
});
