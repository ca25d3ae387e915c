import { Azurite, ManualClock } from "@durable-host/testkit";

import { BlobSecretStore } from "../../src/keys/blob-secret-store";
import { KeyRing } from "../../src/keys/key-ring";

let azurite: Azurite;

beforeAll(async () => (azurite = await Azurite.start()));
afterAll(() => azurite.stop());

async function service() {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  return BlobServiceClient.fromConnectionString(azurite.connectionString);
}

describe("a container of keys", () => {
  it("is made with the first key, keeps documents, and tells who was too late", async () => {
    const store = new BlobSecretStore(service, "first");
    expect(await store.readAll()).toEqual(new Map());
    expect(await store.write("host", '{"a":1}', undefined)).toBe(true);
    expect(await store.write("host", '{"a":2}', undefined)).toBe(false);
    const { revision, text } = (await store.readAll()).get("host") ?? {};
    expect(text).toBe('{"a":1}');
    expect(await store.write("host", '{"a":3}', revision)).toBe(true);
    expect(await store.write("host", '{"a":4}', revision)).toBe(false);
    expect((await store.readAll()).get("host")?.text).toBe('{"a":3}');
  });

  it("gives two hosts of one app the same keys, and others their own", async () => {
    const ring = (hostId: string) =>
      new KeyRing({ store: new BlobSecretStore(service, hostId), clock: new ManualClock() });
    const [one, two, other] = [ring("shop"), ring("shop"), ring("other")];
    await Promise.all([one.load(), two.load(), other.load()]);
    const key = one.systemKey("durabletask_extension");
    expect(key).toBeDefined();
    expect(two.systemKey("durabletask_extension")).toBe(key);
    expect(other.systemKey("durabletask_extension")).not.toBe(key);
    await one.set({ type: "function", name: "Hello" }, "mine", "m");
    expect([...(await two.list({ type: "function", name: "hello" }))]).toEqual([["mine", "m"]]);
  });

  it("finds what the official host has written there, and leaves its copies alone", async () => {
    const container = (await service()).getContainerClient("azure-webjobs-secrets");
    const put = (name: string, text: string) => container.getBlockBlobClient(name).upload(text, text.length);
    await put("old/host.json", '{"masterKey":{"name":"master","value":"m","encrypted":false}}');
    await put("old/Hello.json", '{"keys":[{"name":"default","value":"h"}]}');
    await put("old/host.snapshot.2026-01-01.json", "not to be read");
    const store = new BlobSecretStore(service, "old");
    expect([...(await store.readAll()).keys()].sort()).toEqual(["hello", "host"]);
    const ring = new KeyRing({ store, clock: new ManualClock() });
    expect((await ring.list({ type: "system" })).get("_master")).toBe("m");
    await ring.set({ type: "function", name: "hello" }, "second", "s");
    expect(String(await container.getBlockBlobClient("old/Hello.json").downloadToBuffer())).toContain('"second"');
  });
});
