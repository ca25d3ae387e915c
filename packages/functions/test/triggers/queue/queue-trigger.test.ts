import { QueueServiceClient } from "@azure/storage-queue";
import type { Clock } from "@durable-host/engine";
import { Azurite, ManualClock, waitUntil } from "@durable-host/testkit";
import { readSettingValues } from "../../../src/config/setting-values";
import type { JsonObject } from "../../../src/config/json-object";
import { useAppHosts, type TestHost } from "../../fixtures/app-hosts";

const APP = `
const { app, output } = require("@azure/functions");
const seen = (context, value) => context.log("seen " + JSON.stringify(value));

app.storageQueue("read", {
  queueName: "%INPUT%",
  connection: "Account",
  handler: (message, context) => seen(context, { message, metadata: context.triggerMetadata }),
});
app.storageQueue("fail", {
  queueName: "failing",
  connection: "Account",
  handler: (message, context) => {
    seen(context, { attempt: context.triggerMetadata.dequeueCount });
    throw new Error("no luck with " + message);
  },
});
app.generic("binary", {
  trigger: { type: "queueTrigger", name: "message", queueName: "binary", connection: "Account", dataType: "binary" },
  handler: (message, context) => seen(context, { isBuffer: Buffer.isBuffer(message), hex: message.toString("hex") }),
});
app.storageQueue("forward", {
  queueName: "first",
  connection: "Account",
  return: output.storageQueue({ queueName: "second", connection: "Account" }),
  handler: (message) => message,
});
app.storageQueue("second", {
  queueName: "second",
  connection: "Account",
  handler: (message, context) => seen(context, { second: message, count: context.triggerMetadata.dequeueCount }),
});
app.storageQueue("tooLarge", {
  queueName: "large",
  connection: "Account",
  return: output.storageQueue({ queueName: "second", connection: "Account" }),
  handler: (message, context) => {
    seen(context, { attempt: context.triggerMetadata.dequeueCount });
    return "x".repeat(message.length);
  },
});
app.storageQueue("slow", {
  queueName: "slow",
  connection: "Account",
  handler: async (message, context) => {
    seen(context, { began: message });
    await new Promise((resolve) => setTimeout(resolve, message.ms));
    seen(context, { ended: message });
  },
});
`;

const hosts = useAppHosts();
let azurite: Azurite;
let queues: QueueServiceClient;

beforeAll(async () => {
  azurite = await Azurite.start();
  queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
});

afterAll(() => azurite.stop());

afterEach(async () => {
  for await (const { name } of queues.listQueues()) await queues.deleteQueue(name);
});

async function start(hostJson: JsonObject = {}, only?: readonly string[], clock?: Clock): Promise<TestHost> {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  const settings = { Account: azurite.connectionString, INPUT: "Input" };
  const values = readSettingValues({ extensions: { queues: hostJson } }, settings);
  const functions = only && { functions: only };
  const test = await hosts.start({ appRoot, settings, values, ...(functions && { hostJson: functions }), clock });
  await test.host.startTriggers();
  return test;
}

async function put(name: string, ...texts: readonly string[]): Promise<void> {
  const queue = queues.getQueueClient(name);
  await queue.createIfNotExists();
  for (const text of texts) await queue.sendMessage(text);
}

function base64(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
}

/** What handlers have logged so far with `seen`. */
function seen({ log }: TestHost): unknown[] {
  return log.records
    .filter(({ message }) => message.startsWith("seen "))
    .map(({ message }) => JSON.parse(message.slice("seen ".length)) as unknown);
}

function untilSeen(test: TestHost, count: number): Promise<unknown[]> {
  return waitUntil(`${count} entries`, () => {
    const entries = seen(test);
    return entries.length >= count ? entries : undefined;
  });
}

/** Messages that are in a queue, hidden or not; an absent queue has none. */
async function size(name: string): Promise<number> {
  const properties = await queues
    .getQueueClient(name)
    .getProperties()
    .catch(() => undefined);
  return properties?.approximateMessagesCount ?? 0;
}

async function untilSize(name: string, count: number): Promise<void> {
  await waitUntil(`${count} messages in ${name}`, async () => ((await size(name)) === count ? true : undefined));
}

describe("a queue trigger", () => {
  it("gives the function a JSON message as an object, and what is known about the message [FH63]", async () => {
    await put("input", base64({ id: "mine", order: { Lines: 2 } }));
    const test = await start({}, ["read"]);
    const [entry] = (await untilSeen(test, 1)) as { message: unknown; metadata: Record<string, unknown> }[];

    expect(entry?.message).toEqual({ id: "mine", order: { Lines: 2 } });
    expect(entry?.metadata).toMatchObject({
      // Its text; the programming model reads what it can as JSON.
      queueTrigger: { id: "mine", order: { lines: 2 } },
      dequeueCount: 1,
      order: { lines: 2 },
    });
    expect(entry?.metadata["id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(entry?.metadata["insertionTime"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    for (const name of ["expirationTime", "nextVisibleTime", "popReceipt"]) expect(entry?.metadata[name]).toBeTruthy();
    await untilSize("input", 0);
  });

  it("gives bytes where the app asks for binary data", async () => {
    await put("binary", Buffer.from([0xff, 0x00, 0x61]).toString("base64"));
    const test = await start({}, ["binary"]);
    expect(await untilSeen(test, 1)).toEqual([{ isBuffer: true, hex: "ff0061" }]);
  });

  it("says why it runs as the official host does", async () => {
    await put("input", base64("hello"));
    const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
    const settings = { Account: azurite.connectionString, INPUT: "input" };
    const reasons: string[] = [];
    const { host } = await hosts.start({
      appRoot,
      settings,
      hostJson: { functions: ["read"] },
      onInvocation: ({ reason }) => reasons.push(reason),
    });
    await host.startTriggers();
    await waitUntil("a run", () => reasons[0]);
    expect(reasons[0]).toBe("New queue message detected on 'input'.");
  });

  it("puts a message aside that fails as often as allowed [FH64]", async () => {
    await put("failing", base64("this"));
    const test = await start({}, ["fail"]);
    await untilSize("failing-poison", 1);

    expect(seen(test)).toEqual([1, 2, 3, 4, 5].map((attempt) => ({ attempt })));
    const [poisoned] = (await queues.getQueueClient("failing-poison").peekMessages()).peekedMessageItems;
    expect(poisoned?.messageText).toBe(base64("this"));
    await untilSize("failing", 0);
    expect(test.log.records).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: "Message has reached MaxDequeueCount of 5. Moving message to queue 'failing-poison'.",
      }),
    );
  });

  it("puts a message aside without a run that has been taken too often before", async () => {
    await put("input", base64("worn"));
    for (let taken = 0; taken < 2; taken++) {
      const { receivedMessageItems } = await queues.getQueueClient("input").receiveMessages();
      for (const { messageId, popReceipt } of receivedMessageItems) {
        await queues.getQueueClient("input").updateMessage(messageId, popReceipt, undefined, 0);
      }
    }
    const test = await start({ maxDequeueCount: 2 }, ["read"]);
    await untilSize("input-poison", 1);
    expect(seen(test)).toEqual([]);
  });

  it("puts a message aside unchanged that is not in base64", async () => {
    await put("input", "plain { text");
    const test = await start({}, ["read"]);
    await untilSize("input-poison", 1);

    const [poisoned] = (await queues.getQueueClient("input-poison").peekMessages()).peekedMessageItems;
    expect(poisoned?.messageText).toBe("plain { text");
    expect(seen(test)).toEqual([]);
  });

  it("reads and writes plain text where messageEncoding says so [FH65]", async () => {
    await put("first", `plain {"text"}`);
    const test = await start({ messageEncoding: "none" }, ["forward", "second"]);
    expect(await untilSeen(test, 1)).toEqual([{ second: `plain {"text"}`, count: 1 }]);
  });

  it("delivers the function's result to the queue it is bound to [FH26]", async () => {
    await put("first", base64({ n: 1 }));
    await start({}, ["forward"]);
    await untilSize("second", 1);
    const [sent] = (await queues.getQueueClient("second").peekMessages()).peekedMessageItems;
    expect(sent?.messageText).toBe(base64({ n: 1 }));
    await untilSize("first", 0);
  });

  it("comes again when an output of its run cannot be delivered, and is put aside in the end", async () => {
    await put("large", base64({ length: 60_000 }));
    const test = await start({ maxDequeueCount: 2 }, ["tooLarge"]);
    await untilSize("large-poison", 1);
    expect(seen(test)).toEqual([{ attempt: 1 }, { attempt: 2 }]);
    expect(await size("second")).toBe(0);
  });

  it("is woken by what this host itself puts into an idle queue [FH68]", async () => {
    // Time stands still: who pauses looks no more by itself.
    const clock = new ManualClock();
    const test = await start({}, ["forward", "second"], clock);
    await waitUntil("both listeners to pause", () => (clock.pending >= 2 ? true : undefined));
    await test.host.invoke("forward", { triggerData: { string: "again" } });
    expect(await untilSeen(test, 1)).toEqual([{ second: "again", count: 1 }]);
  });

  it("keeps a message hidden while it is processed, and deletes it with the receipt of then", async () => {
    await put("slow", base64({ ms: 5000 }));
    const test = await start({ lockTimeout: "00:00:02" }, ["slow"]);
    const other = await start({ lockTimeout: "00:00:02" }, ["slow"]);
    await waitUntil("the run to end", () => (seen(test).length + seen(other).length >= 2 ? true : undefined));
    await untilSize("slow", 0);
    expect([...seen(test), ...seen(other)]).toHaveLength(2);
  });

  it("finishes what has begun when it stops, and takes nothing more [FH67]", async () => {
    await put("slow", base64({ ms: 1000 }));
    const test = await start({}, ["slow"]);
    await untilSeen(test, 1);
    const stopped = test.host.stop();
    await put("slow", base64({ ms: 1 }));
    await stopped;

    expect(seen(test)).toEqual([{ began: { ms: 1000 } }, { ended: { ms: 1000 } }]);
    expect(await size("slow")).toBe(1);
  });

  it("runs no more at the same time than batchSize and newBatchThreshold say", async () => {
    await put("slow", ...Array.from({ length: 8 }, () => base64({ ms: 150 })));
    const test = await start({ batchSize: 2, newBatchThreshold: 1 }, ["slow"]);
    const entries = (await untilSeen(test, 16)) as { began?: unknown }[];

    let now = 0;
    let most = 0;
    for (const { began } of entries) most = Math.max(most, (now += began ? 1 : -1));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  it("shares a queue with another host: each message is processed once", async () => {
    const messages = Array.from({ length: 40 }, (_, n) => base64({ ms: 20, n }));
    const [one, two] = [await start({ batchSize: 4 }, ["slow"]), await start({ batchSize: 4 }, ["slow"])];
    await put("slow", ...messages);
    await untilSize("slow", 0);

    const ended = [...seen(one), ...seen(two)].filter((entry) => "ended" in (entry as object));
    expect(ended).toHaveLength(40);
    expect(seen(one).length * seen(two).length).toBeGreaterThan(0);
  });

  it("says which setting is missing, names the function, and lets the others run [FH78]", async () => {
    const app = `${APP}\napp.storageQueue("elsewhere", { queueName: "x-queue", connection: "Other", handler() {} });`;
    const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": app });
    const settings = { Account: azurite.connectionString, INPUT: "input" };
    const test = await hosts.start({ appRoot, settings });
    await test.host.startTriggers();
    await put("input", base64("still read"));

    expect(await untilSeen(test, 1)).toMatchObject([{ message: "still read" }]);
    const complaints = test.log.records.filter(({ level }) => level === "error").map(({ message }) => message);
    expect(complaints).toEqual([
      expect.stringMatching(
        /^The function "elsewhere" is not triggered: there is no app setting Other\. .*Other__queueServiceUri/,
      ),
    ]);
  });

  it("waits for an emulator that is not there, says so once, and reads when it comes", async () => {
    const gone = await Azurite.start();
    const address = /QueueEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(gone.connectionString)?.[1];
    await gone.stop();
    const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
    const settings = { Account: gone.connectionString, INPUT: "input" };
    const test = await hosts.start({ appRoot, settings, hostJson: { functions: ["read"] } });
    await test.host.startTriggers();
    await test.log.waitFor("The queue 'input' of function \"read\" cannot be read: ");

    const back = await Azurite.start({ queue: Number(address) });
    try {
      const queue = QueueServiceClient.fromConnectionString(gone.connectionString).getQueueClient("input");
      await queue.createIfNotExists();
      await queue.sendMessage(base64("late"));
      expect(await untilSeen(test, 1)).toMatchObject([{ message: "late" }]);
      expect(test.log.records.filter(({ level }) => level === "warn")).toHaveLength(1);
      await test.host.stop();
    } finally {
      await back.stop();
    }
  });
});
