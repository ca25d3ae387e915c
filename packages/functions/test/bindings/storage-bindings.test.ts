import { TableClient } from "@azure/data-tables";
import { readSettingValues } from "../../src/config/setting-values";
import { runActivity, useAppHosts, type TestHost } from "../fixtures/app-hosts";
import { useStorageAccount } from "./storage-account";

const APP = `
const { app, input, output } = require("@azure/functions");
const df = require("durable-functions");
const connection = "Account";

const messages = output.storageQueue({ queueName: "out", connection });
const byName = output.storageQueue({ queueName: "out-{kind}", connection });
const file = output.storageBlob({ path: "files/{id}-{DateTime:yyyy}.txt", connection });
const rows = output.table({ tableName: "rows", partitionKey: "p", connection });

app.http("toQueue", { extraOutputs: [messages], handler: async (request, context) => {
  context.extraOutputs.set(messages, (await request.json()).value);
  return { status: 201 };
} });
app.http("failing", { extraOutputs: [messages], handler: async (request, context) => {
  context.extraOutputs.set(messages, "never");
  throw new Error("after the output was set");
} });
df.app.activity("queueActivity", { return: messages, handler: (value) => value });
df.app.activity("failingActivity", { return: messages, handler: () => { throw new Error("no"); } });
const generic = (name, options) =>
  app.generic(name, { trigger: { type: "manualTrigger", name: "value" }, ...options });
generic("named", { return: byName, handler: (value) => value });
generic("writeFile", { return: file, handler: (value) => value.content });
generic("writeBytes", {
  return: output.storageBlob({ path: "files/bytes", connection }),
  handler: () => Buffer.from([0xff, 0x00]),
});
const read = input.storageBlob({ path: "files/{name}", connection });
generic("readFile", { extraInputs: [read], return: messages, handler: (_value, context) => {
  const content = context.extraInputs.get(read);
  return { isBuffer: Buffer.isBuffer(content), text: content && content.toString(), isNull: content === null };
} });
const text = input.generic({ type: "blob", path: "files/{name}", connection, dataType: "string" });
generic("readText", { extraInputs: [text], return: messages, handler: (_value, context) =>
  ({ text: context.extraInputs.get(text) }) });
generic("insert", { return: rows, handler: (value) => value });
const one = input.table({ tableName: "rows", partitionKey: "p", rowKey: "{key}", connection });
generic("readRow", { extraInputs: [one], return: messages, handler: (_v, context) =>
  ({ row: context.extraInputs.get(one) }) });
const many = input.table({ tableName: "rows", partitionKey: "p", filter: "Amount gt {least}", take: 2, connection });
generic("readRows", { extraInputs: [many], return: messages, handler: (_v, context) =>
  ({ rows: context.extraInputs.get(many) }) });
`;

const account = useStorageAccount();
const hosts = useAppHosts();

async function start(hostJson = {}): Promise<TestHost> {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  const settings = { Account: account.connectionString };
  return hosts.start({ appRoot, settings, values: readSettingValues(hostJson, settings) });
}

function invoke({ host }: TestHost, name: string, value: unknown): Promise<unknown> {
  return host.invoke(name, { triggerData: { json: JSON.stringify(value) } });
}

async function post({ host }: TestHost, name: string, value: unknown): Promise<number | undefined> {
  const body = new Blob([JSON.stringify({ value })]).stream();
  const url = new URL(`http://localhost/api/${name}`);
  return (await host.http({ method: "POST", url, headers: {}, body, signal: new AbortController().signal } as never))
    ?.status;
}

function decoded(texts: readonly string[]): readonly string[] {
  return texts.map((text) => Buffer.from(text, "base64").toString());
}

describe("an output to a queue", () => {
  it("sends a message for each element of an array, in their order [FH66]", async () => {
    const test = await start();
    expect(await post(test, "toQueue", ["one", { n: 2 }, 3, null])).toBe(201);
    expect(decoded(await account.messages("out"))).toEqual(["one", `{"n":2}`, "3"]);
  });

  it("sends one message for anything else, and makes the queue", async () => {
    const test = await start();
    await post(test, "toQueue", { n: 1 });
    await post(test, "toQueue", "text");
    await post(test, "toQueue", 4.5);
    expect(decoded(await account.messages("out"))).toEqual([`{"n":1}`, "text", "4.5"]);
  });

  it("is written only after success [FH25]", async () => {
    const test = await start();
    expect(await post(test, "failing", 1)).toBe(500);
    expect(await runActivity(test.host, "failingActivity", 1)).toMatchObject({ type: "Failed" });
    expect(await account.messages("out")).toEqual([]);
  });

  it("takes the result of an activity, and the activity keeps it", async () => {
    const test = await start();
    expect(await runActivity(test.host, "queueActivity", "kept")).toMatchObject({
      type: "Completed",
      result: `"kept"`,
    });
    expect(decoded(await account.messages("out"))).toEqual(["kept"]);
  });

  it("goes to the queue that the trigger's data name", async () => {
    const test = await start();
    await invoke(test, "named", { kind: "Red" });
    expect(decoded(await account.messages("out-red"))).toEqual([`{"kind":"Red"}`]);
  });

  it("fails the run when a message is too large, and says how large it may be", async () => {
    const test = await start();
    const large = "x".repeat(50_000);
    expect(await post(test, "toQueue", large)).toBe(500);
    expect(await runActivity(test.host, "queueActivity", large)).toMatchObject({
      type: "Failed",
      reason: expect.stringContaining("has 66668 bytes as it is sent; a queue takes 65536"),
    });
    expect(await account.messages("out")).toEqual([]);

    const plain = await start({ extensions: { queues: { messageEncoding: "none" } } });
    expect(await post(plain, "toQueue", large)).toBe(201);
  });
});

describe("blob bindings", () => {
  it("write text or bytes to the path that the trigger's data name, in the place of what is there", async () => {
    const test = await start();
    const year = new Date().getUTCFullYear();
    await invoke(test, "writeFile", { id: "a", content: "first" });
    await invoke(test, "writeFile", { id: "a", content: { second: true } });
    await invoke(test, "writeBytes", {});
    expect(await account.blob("files", `a-${year}.txt`)).toBe(`{"second":true}`);
    const bytes = await account.blobs.getContainerClient("files").getBlobClient("bytes").downloadToBuffer();
    expect(bytes.toString("hex")).toBe("ff00");
  });

  it("read bytes, text where the app says so, and null for what is not there", async () => {
    await account.putBlob("files", "a.txt", "content");
    const test = await start();
    await invoke(test, "readFile", { name: "a.txt" });
    await invoke(test, "readText", { name: "a.txt" });
    await invoke(test, "readFile", { name: "b.txt" });
    expect(decoded(await account.messages("out")).map((text) => JSON.parse(text) as unknown)).toEqual([
      { isBuffer: true, text: "content", isNull: false },
      { text: "content" },
      { isBuffer: false, text: null, isNull: true },
    ]);
  });

  it("fail a run that lacks what the path names", async () => {
    const test = await start();
    await expect(invoke(test, "readFile", {})).rejects.toThrow(
      /An input of function 'readFile' could not be read: .*\{name\}/,
    );
  });
});

describe("table bindings", () => {
  const table = () =>
    TableClient.fromConnectionString(account.connectionString, "rows", { allowInsecureConnection: true });

  it("insert a row, or each of an array, with the keys of the binding or their own", async () => {
    const test = await start();
    await invoke(test, "insert", { RowKey: "1", Amount: 1.5, Tags: ["a"], Nothing: null });
    await invoke(test, "insert", [{ rowKey: "2" }, { PartitionKey: "q", RowKey: 3 }]);
    expect(await table().getEntity("p", "1")).toMatchObject({ Amount: 1.5, Tags: `["a"]` });
    expect(await table().getEntity("p", "2")).toMatchObject({ partitionKey: "p" });
    expect(await table().getEntity("q", "3")).toMatchObject({ rowKey: "3" });
  });

  it("fail a run that inserts what exists, or has no key", async () => {
    const test = await start();
    await invoke(test, "insert", { RowKey: "1" });
    await expect(invoke(test, "insert", { RowKey: "1" })).rejects.toThrow(
      "An output of function 'insert' could not be",
    );
    await expect(invoke(test, "insert", {})).rejects.toThrow("needs a PartitionKey and a RowKey");
    await expect(invoke(test, "insert", "text")).rejects.toThrow("could not be delivered");
  });

  it("read the row with both keys, or null", async () => {
    const test = await start();
    await invoke(test, "insert", { RowKey: "1", Amount: 5 });
    await invoke(test, "readRow", { key: "1" });
    await invoke(test, "readRow", { key: "2" });
    expect(decoded(await account.messages("out"))).toEqual([
      `{"row":{"PartitionKey":"p","RowKey":"1","Amount":5}}`,
      `{"row":null}`,
    ]);
  });

  it("read the rows of a partition that pass the filter, as many as asked for; none where there is no table", async () => {
    const test = await start();
    await invoke(test, "readRows", { least: 0 });
    await invoke(
      test,
      "insert",
      [1, 2, 3, 4].map((Amount) => ({ RowKey: String(Amount), Amount })),
    );
    await invoke(test, "readRows", { least: 1 });
    const [none, found] = decoded(await account.messages("out")).map(
      (text) => JSON.parse(text) as { rows: { Amount: number }[] },
    );
    expect(none?.rows).toEqual([]);
    expect(found?.rows.map(({ Amount }) => Amount)).toEqual([2, 3]);
  });
});
