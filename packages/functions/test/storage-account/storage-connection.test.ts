import { poisonQueueName, queueName } from "../../src/storage-account/queue-name";
import { isStorageEmulator, storageConnection } from "../../src/storage-account/storage-connection";
import { storageCredential } from "../../src/storage-account/storage-credential";
import { decodeMessage, encodeMessage } from "../../src/storage-account/message-encoding";

describe("a storage connection", () => {
  it.each([
    ["AzureWebJobsAccount", { AzureWebJobsAccount: "one", Account: "two" }, "one"],
    ["Account", { Account: "two" }, "two"],
    ["a connection string", { "ConnectionStrings:Account": "three", Account: "two" }, "three"],
  ])("is read from %s", (_title, settings: Readonly<Record<string, string>>, value) => {
    expect(storageConnection(settings, "Account", "queue")).toEqual({ type: "connectionString", value });
  });

  it.each([
    [{ Account__queueServiceUri: "https://q" }, "https://q"],
    [{ AzureWebJobsAccount__serviceUri: "https://s" }, "https://s"],
    [{ Account__accountName: "shop" }, "https://shop.queue.core.windows.net"],
    [{ ACCOUNT__QUEUESERVICEURI: "https://upper" }, "https://upper"],
  ])("signs in with an identity where %j is set", (settings: Readonly<Record<string, string>>, uri) => {
    expect(storageConnection(settings, "Account", "queue")).toMatchObject({ type: "identity", uri });
  });

  it("takes what says which identity it is", () => {
    const settings = { A__accountName: "shop", A__credential: "managedidentity", A__clientId: "id" };
    expect(storageConnection(settings, "A", "blob")).toMatchObject({
      uri: "https://shop.blob.core.windows.net",
      identity: { credential: "managedidentity", clientId: "id" },
    });
  });

  it("names the setting to set when there is none, and the one for an identity", () => {
    const settings = { Account__blobServiceUri: "https://b" };
    expect(() => storageConnection(settings, "Account", "queue")).toThrow(
      /no app setting Account\..*UseDevelopmentStorage=true.*Account__queueServiceUri/,
    );
  });

  it("is the emulator's only when it says so", () => {
    const settings = {
      A: "UseDevelopmentStorage=true",
      B: "AccountName=x;AccountKey=y",
      C: " usedevelopmentstorage=TRUE;",
    };
    const connections = ["A", "B", "C"].map((name) => storageConnection(settings, name, "queue"));
    expect(connections.map(isStorageEmulator)).toEqual([true, false, true]);
  });
});

describe("the credential of an identity", () => {
  it.each([
    ["ManagedIdentityCredential", { credential: "managedidentity" }],
    ["ManagedIdentityCredential", { credential: "ManagedIdentity", clientId: "id" }],
    ["ManagedIdentityCredential", { credential: "managedidentity", managedIdentityResourceId: "/subscriptions/x" }],
    ["ClientSecretCredential", { tenantId: "11111111-1111-1111-1111-111111111111", clientId: "id", clientSecret: "s" }],
    ["DefaultAzureCredential", {}],
    ["DefaultAzureCredential", { clientId: "id" }],
  ])("is a %s for %j", async (name, settings) => {
    expect((await storageCredential(settings)).constructor.name).toBe(name);
  });
});

describe("the name of a queue", () => {
  it("is in lower case", () => expect(queueName("Orders-1")).toBe("orders-1"));

  it.each(["a", "a--b", "-ab", "ab-", "a_b", "x".repeat(64), undefined])("is not %j", (name) => {
    expect(() => queueName(name)).toThrow("is no queue name");
  });

  it("has a poison queue, unless it is one or the name would be too long", () => {
    expect(poisonQueueName("orders")).toBe("orders-poison");
    expect(poisonQueueName("orders-poison")).toBeUndefined();
    expect(poisonQueueName("x".repeat(56))).toHaveLength(63);
    expect(poisonQueueName("x".repeat(57))).toBeUndefined();
  });
});

describe("the encoding of messages", () => {
  it.each(["base64", "none"] as const)("comes back from %s as it was", (encoding) => {
    expect(decodeMessage(encodeMessage("grüße", encoding), encoding)?.toString()).toBe("grüße");
  });

  it.each(["plain text", "abc", "ab=c", "{}"])("does not take %j for base64", (text) => {
    expect(decodeMessage(text, "base64")).toBeUndefined();
  });

  it("takes base64 with line breaks, and nothing at all", () => {
    expect(decodeMessage("YWJj\r\nZGVm", "base64")?.toString()).toBe("abcdef");
    expect(decodeMessage("", "base64")?.toString()).toBe("");
  });
});
