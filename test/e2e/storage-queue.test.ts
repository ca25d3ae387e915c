import { connect } from "node:net";
import { QueueServiceClient } from "@azure/storage-queue";
import { Azurite, HostFixture, waitUntil } from "@durable-host/testkit";
import type { HostProcess, ManagementClient } from "@durable-host/testkit";
import { addStock, anOrder, placeOrder, startReferenceApp } from "./reference-app";

const LISTENING = { "AzureWebJobs.startOrderFromQueue.Disabled": "false" };
const EMULATOR = "UseDevelopmentStorage=true";

const fixture = new HostFixture();
let azurite: Azurite;
let client: ManagementClient;

beforeAll(async () => {
  azurite = await Azurite.start();
});

afterAll(() => azurite.stop());

afterEach(() => fixture.dispose());

async function start(env: Readonly<Record<string, string>> = {}): Promise<HostProcess> {
  const host = await startReferenceApp(fixture, {
    ...LISTENING,
    AzureWebJobsStorage: azurite.connectionString,
    ...env,
  });
  client = await fixture.client();
  return host;
}

/** Puts messages into the queue of orders; resolves to the ids of what they start. */
async function send(connection: string, ...messages: readonly unknown[]): Promise<readonly string[]> {
  const queue = QueueServiceClient.fromConnectionString(connection).getQueueClient("orders");
  await queue.createIfNotExists();
  const sent = messages.map((message) => queue.sendMessage(Buffer.from(JSON.stringify(message)).toString("base64")));
  return (await Promise.all(sent)).map(({ messageId }) => `queue-${messageId}`);
}

function untilShipped(id: string): Promise<true> {
  return waitUntil(`the order ${id}`, async () => {
    const { body } = await client.get(`/api/orders/${id}`);
    return (body as { readonly result?: { readonly status?: string } }).result?.status === "Shipped" ? true : undefined;
  });
}

function someoneListens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).once("error", () => resolve(false));
  });
}

describe("orders from a queue", () => {
  it("are placed as messages come, and what is no order is put aside [FH63, FH64]", async () => {
    const host = await start();
    await addStock(client, "book", 10);
    const [good = ""] = await send(azurite.connectionString, anOrder(), { not: "an order" });
    await untilShipped(good);

    const poison = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient("orders-poison");
    const aside = await waitUntil("the message put aside", async () => {
      if (!(await poison.exists())) return undefined;
      const { peekedMessageItems } = await poison.peekMessages();
      return peekedMessageItems[0]?.messageText;
    });
    expect(JSON.parse(Buffer.from(aside, "base64").toString())).toEqual({ not: "an order" });
    expect(await host.stop()).toEqual({ code: 0, signal: null });
  });

  it("are not lost when the host is killed in the middle of a batch", async () => {
    const quick = { AzureFunctionsJobHost__extensions__queues__lockTimeout: "00:00:02" };
    const host = await start(quick);
    await addStock(client, "book", 1000);
    const ids = await send(azurite.connectionString, ...Array.from({ length: 60 }, () => anOrder()));
    await host.prints("placed by queue message");
    await host.kill();

    await start(quick);
    for (const id of ids) await untilShipped(id);
  });

  it("come without anything but the host: it starts the emulator, and ends it", async () => {
    const isOurs = !(await someoneListens(10_001));
    const host = await start({ AzureWebJobsStorage: EMULATOR });
    await addStock(client, "book", 10);
    await waitUntil("the emulator", async () => ((await someoneListens(10_002)) ? true : undefined));
    const [id = ""] = await send(EMULATOR, anOrder());
    await untilShipped(id);

    expect(host.output.includes("Started Azurite, the storage emulator")).toBe(isOurs);
    expect(await host.stop()).toEqual({ code: 0, signal: null });
    expect(await someoneListens(10_001)).toBe(!isOurs);
  });

  it("need a storage account, and nothing else does [FH82]", async () => {
    const host = await start({ AzureWebJobsStorage: "" });
    await addStock(client, "book", 10);
    await untilShipped(await placeOrder(client, anOrder()));
    await host.prints(
      /The function "startOrderFromQueue" is not triggered: there is no app setting AzureWebJobsStorage\./,
    );
    await host.prints("The next occurrences of the schedule");
  });
});
