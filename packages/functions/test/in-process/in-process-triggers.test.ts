import { Readable } from "node:stream";
import { silentLogger } from "@durable-host/testkit";
import type * as Functions from "@azure/functions";
import { AppRegistrations, createInProcessExecutor, createInProcessTriggers, type HostRequest } from "../../src";

const registrations = new AppRegistrations();
jest.mock("@azure/functions-core", () => registrations.core, { virtual: true });
// Required, not imported: imports are hoisted above the mock, which needs the registrations.
const { app, input } = require("@azure/functions") as typeof Functions;

app.http("echo", {
  route: "echo/{word}",
  methods: ["GET", "POST"],
  handler: async (request) => ({
    status: 201,
    headers: { "x-word": request.params["word"] ?? "" },
    body: await request.text(),
  }),
});
app.http("streams", { handler: () => ({ body: Readable.from(["a", "b"]) }) });
app.storageQueue("queue", {
  queueName: "q",
  connection: "c",
  extraInputs: [input.generic({ type: "durableClient", name: "client" })],
  handler: (message, context) => [message, context.triggerMetadata, context.extraInputs.get("client")],
});

function triggers() {
  const executor = createInProcessExecutor({ app: registrations });
  return createInProcessTriggers(executor, {
    durableClientInput: { hub: 1 },
    routePrefix: "api",
    logger: silentLogger,
  });
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function aRequest(method: string, path: string, body = ""): HostRequest {
  const headers = { "content-length": String(body.length) };
  const url = new URL(path, "http://localhost:7071");
  return { method, url, headers, body: chunks(body), signal: new AbortController().signal };
}

async function textOf(body: unknown): Promise<string> {
  const pieces: Uint8Array[] = [];
  if (body instanceof Uint8Array) pieces.push(body);
  else for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe("triggers in this process", () => {
  it("serve HTTP functions by their routes, with body, parameters and headers", async () => {
    const answer = await triggers().http(aRequest("POST", "/api/echo/hi", "text"));

    expect(answer).toMatchObject({ status: 201 });
    expect(Object.fromEntries(answer?.headers ?? [])).toMatchObject({ "x-word": "hi" });
    expect(await textOf(answer?.body)).toBe("text");
  });

  it("hand on streamed answers, and leave paths of nobody's alone", async () => {
    const answer = await triggers().http(aRequest("GET", "/api/streams"));

    expect(await textOf(answer?.body)).toBe("ab");
    await expect(triggers().http(aRequest("GET", "/api/none"))).resolves.toBeUndefined();
    await expect(triggers().http(aRequest("DELETE", "/api/echo/hi"))).resolves.toBeUndefined();
  });

  it.each([
    ["an object", { sku: "book" }, { sku: "book" }],
    ["a text", "plain", "plain"],
    ["bytes", new Uint8Array([1, 2]), Buffer.from([1, 2])],
    ["nothing", undefined, undefined],
  ])("run other functions with %s, metadata and the durable client's value", async (_what, value, seen) => {
    const [message, metadata, client] = (await triggers().invoke("queue", value, { id: "m-1", count: 2 })) as unknown[];

    expect(message ?? undefined).toEqual(seen instanceof Buffer ? expect.anything() : seen);
    if (seen instanceof Buffer) expect(Buffer.from(message as Uint8Array)).toEqual(seen);
    expect(metadata).toEqual({ id: "m-1", count: 2 });
    expect(client).toEqual({ hub: 1 });
  });
});
