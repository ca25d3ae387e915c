import { waitUntil } from "@durable-host/testkit";
import { readSettingValues } from "../../../src/config/setting-values";
import { useStorageAccount } from "../../bindings/storage-account";
import { useAppHosts, type TestHost } from "../../fixtures/app-hosts";

const APP = `
const { app } = require("@azure/functions");
const connection = "Account";
const seen = (context, value) => context.log("seen " + JSON.stringify(value));
app.storageBlob("read", { path: "inbox/{name}.txt", connection, handler: (content, context) =>
  seen(context, { content: content.toString(), isBuffer: Buffer.isBuffer(content), metadata: context.triggerMetadata }) });
app.storageBlob("slow", { path: "slow", connection, handler: async (content, context) => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  seen(context, { blob: context.triggerMetadata.blobTrigger });
} });
app.storageBlob("fail", { path: "failing/{name}", connection, handler: (_content, context) => {
  seen(context, { failing: true });
  throw new Error("no");
} });
app.storageBlob("byEvents", { path: "inbox/{name}", connection, source: "EventGrid", handler() {} });
`;

const account = useStorageAccount();
const hosts = useAppHosts();

async function start(functions: readonly string[], hostJson = {}): Promise<TestHost> {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  const settings = { Account: account.connectionString };
  const values = readSettingValues({ extensions: { blobs: hostJson } }, settings);
  const test = await hosts.start({ appRoot, settings, values, hostJson: { functions } });
  await test.host.startTriggers();
  return test;
}

function seen(...tests: readonly TestHost[]): unknown[] {
  return tests
    .flatMap(({ log }) => log.records)
    .filter(({ message }) => message.startsWith("seen "))
    .map(({ message }) => JSON.parse(message.slice("seen ".length)) as unknown);
}

function untilSeen(count: number, ...tests: readonly TestHost[]): Promise<unknown[]> {
  return waitUntil(`${count} entries`, () => (seen(...tests).length >= count ? seen(...tests) : undefined));
}

describe("a blob trigger", () => {
  it("gives the function each blob whose name fits, and what is known about it", async () => {
    await account.putBlob("inbox", "a.txt", "content");
    await account.putBlob("inbox", "a.json", "{}");
    const [entry] = await untilSeen(1, await start(["read"]));
    expect(entry).toMatchObject({
      content: "content",
      isBuffer: true,
      metadata: {
        blobTrigger: "inbox/a.txt",
        name: "a",
        uri: expect.stringMatching(/\/inbox\/a\.txt$/),
        properties: { length: 7, contentType: "application/octet-stream" },
        metadata: {},
      },
    });
  });

  it("processes a version of a blob once, also after a restart, and a new version again", async () => {
    await account.putBlob("inbox", "a.txt", "one");
    const first = await start(["read"]);
    await untilSeen(1, first);
    await first.host.stop();

    const second = await start(["read"]);
    await account.putBlob("inbox", "b.txt", "two");
    await untilSeen(1, second);
    await account.putBlob("inbox", "a.txt", "three");
    expect(await untilSeen(2, second)).toMatchObject([{ content: "two" }, { content: "three" }]);
    expect(seen(first)).toHaveLength(1);
  });

  it("shares a container with another host: each blob is processed once", async () => {
    for (let n = 0; n < 12; n++) await account.putBlob("slow", `${n}`, "x");
    const both = await Promise.all([
      start(["slow"], { maxDegreeOfParallelism: 2 }),
      start(["slow"], { maxDegreeOfParallelism: 2 }),
    ]);
    const entries = (await untilSeen(12, ...both)) as { blob: string }[];
    await Promise.all(both.map(({ host }) => host.stop()));
    expect(new Set(entries.map(({ blob }) => blob)).size).toBe(12);
    expect(seen(...both)).toHaveLength(12);
  });

  it("gives a blob up that fails as often as allowed, and notes it in a queue", async () => {
    await account.putBlob("failing", "bad", "x");
    const test = await start(["fail"], { poisonBlobThreshold: 2 });
    const [note = ""] = await waitUntil("the note", async () => {
      const notes = await account.messages("webjobs-blobtrigger-poison");
      return notes.length > 0 ? notes : undefined;
    });
    expect(JSON.parse(Buffer.from(note, "base64").toString())).toMatchObject({
      Type: "BlobTrigger",
      FunctionId: "Host.Functions.fail",
      ContainerName: "failing",
      BlobName: "bad",
    });
    expect(seen(test)).toHaveLength(2);
  });

  it("finishes what has begun when the host stops", async () => {
    await account.putBlob("slow", "one", "x");
    const test = await start(["slow"]);
    await waitUntil("the run to begin", () => (test.host.inFlight > 0 ? true : undefined));
    await test.host.stop();
    expect(seen(test)).toHaveLength(1);
  });

  it("is not had by events, which is said at the start [FH78]", async () => {
    const { log } = await start(["byEvents"]);
    const complaints = log.records.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(complaints).toEqual([
      expect.stringContaining(
        `"byEvents" is not triggered: this host does not support blob triggers with source: "EventGrid"`,
      ),
    ]);
  });
});
