import { createServer, type Server } from "node:http";
import Module from "node:module";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { openAzureClient } from "../../src/export/azure-client";
import { azurePipeline } from "../../src/export/azure-pipeline";
import type { Span } from "../../src/trace/span";

interface Envelope {
  readonly iKey: string;
  readonly sampleRate: number;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

const KEY = "00000000-0000-0000-0000-000000000001";
const resource = { "service.name": "shop", "service.instance.id": "i-7", "service.version": "1.2.3" };
const context = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isSampled: true };
const span: Span = {
  name: "greet",
  kind: "server",
  context,
  parent: undefined,
  links: [],
  attributes: {},
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_001_500,
  error: "no paper",
  exception: { message: "no paper", stack: "TypeError: no paper\n    at print (printer.js:1:2)" },
};

let server: Server;
let envelopes: Envelope[];
let connectionString: string;
const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);
const options = { authentication: "", resource, isAlwaysKept: () => false, warn };

beforeEach(async () => {
  envelopes = [];
  warnings.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const lines = gunzipSync(Buffer.concat(chunks)).toString().split("\n");
      if (request.url === "/v2.1/track") envelopes.push(...lines.map((line) => JSON.parse(line) as Envelope));
      response.end(JSON.stringify({ itemsReceived: lines.length, itemsAccepted: lines.length, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  connectionString = `InstrumentationKey=${KEY};IngestionEndpoint=http://127.0.0.1:${port}/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ofType = (baseType: string) => envelopes.filter(({ data }) => data.baseType === baseType);

describe("the way to Application Insights", () => {
  it("brings a run, what it threw, what it asked for and what it logged", async () => {
    const pipeline = azurePipeline({ ...options, connectionString });
    pipeline.span(span);
    pipeline.span({ ...span, name: "activity:greet", kind: "client", error: undefined, exception: undefined });
    pipeline.log({ time: 0, level: "Warning", category: "c", message: "look out" }, context);
    pipeline.log({ time: 0, level: "Error", category: "c", message: "m", fields: { error: new Error("e") } }, context);
    await pipeline.close();

    expect(warnings).toEqual([]);
    const [request] = ofType("RequestData");
    expect(request).toMatchObject({
      iKey: KEY,
      time: "2023-11-14T22:13:20.000Z",
      sampleRate: 100,
      tags: {
        "ai.cloud.role": "shop",
        "ai.cloud.roleInstance": "i-7",
        "ai.application.ver": "1.2.3",
        "ai.operation.id": context.traceId,
      },
      data: { baseData: { id: context.spanId, duration: "00:00:01.500", success: false, responseCode: "0" } },
    });
    expect(ofType("RemoteDependencyData")).toMatchObject([{ data: { baseData: { name: "activity:greet" } } }]);
    expect(ofType("MessageData")).toMatchObject([{ data: { baseData: { message: "look out", severityLevel: 2 } } }]);
    const [thrown, logged] = ofType("ExceptionData").map(({ data }) => data.baseData["exceptions"]);
    expect(thrown).toMatchObject([
      { typeName: "TypeError", message: "no paper", hasFullStack: true, parsedStack: [{ method: "print", line: 1 }] },
    ]);
    expect(logged).toMatchObject([{ message: "e" }]);
  });

  it("leaves out whole traces when there is much, and says how many an item stands for", async () => {
    const half = { maxItemsPerSecond: 1, evaluationIntervalMs: 60_000, minPercentage: 50, maxPercentage: 50 };
    const sampling = { ...half, initialPercentage: 50 };
    const isAlwaysKept = (kind: string) => kind === "Exception";
    const pipeline = azurePipeline({ ...options, connectionString, sampling, isAlwaysKept });
    const dropped = { ...context, traceId: "ffffffffffffffffffffffffffffffff" };
    const kept = { ...context, traceId: "00000000000000000000000000000001" };
    for (const each of [dropped, kept]) {
      pipeline.span({ ...span, context: each });
      pipeline.log({ time: 0, level: "Warning", category: "c", message: "look out" }, each);
    }
    pipeline.log({ time: 0, level: "Warning", category: "c", message: "of the host" }, undefined);
    await pipeline.close();

    const idsAndRates = (baseType: string) =>
      ofType(baseType).map(({ tags, sampleRate }) => [tags["ai.operation.id"], sampleRate]);
    expect(idsAndRates("RequestData")).toEqual([[kept.traceId, 50]]);
    expect(idsAndRates("MessageData")).toEqual([
      [kept.traceId, 50],
      [undefined, 100],
    ]);
    expect(idsAndRates("ExceptionData")).toEqual([
      [dropped.traceId, 100],
      [kept.traceId, 100],
    ]);
  });

  it("leaves the modules, the console and the environment of the host as they are", () => {
    const state = () => ({
      environment: { ...process.env },
      console: { ...console },
      require: Module.prototype.require,
    });
    const before = state();
    jest.isolateModules(() => {
      const fresh = require("../../src/export/azure-pipeline") as { readonly azurePipeline: typeof azurePipeline };
      fresh.azurePipeline({ ...options, connectionString });
    });
    expect(state()).toEqual(before);
    expect("diagnosticsSource" in globalThis).toBe(false);
  });

  it("has the identity that the setting asks for", () => {
    expect(openAzureClient({ ...options, connectionString }).config.aadTokenCredential).toBeUndefined();
    const { config } = openAzureClient({ ...options, connectionString, authentication: "Authorization=AAD" });
    expect(config.aadTokenCredential).toMatchObject({ getToken: expect.any(Function) });
  });

  it("tells of a connection string that cannot be used at once", () => {
    expect(() => azurePipeline({ ...options, connectionString: "IngestionEndpoint=https://a.example" })).toThrow(
      "Instrumentation key not found",
    );
    const noUrl = `InstrumentationKey=${KEY};IngestionEndpoint=nowhere`;
    expect(() => azurePipeline({ ...options, connectionString: noUrl })).toThrow("Invalid URL");
  });
});
