import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

type Value = {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly boolValue?: boolean;
  readonly doubleValue?: number;
};
type Attribute = { readonly key: string; readonly value: Value };

/** A span as it has arrived, with its attributes as an object. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 1: well, 2: failed. */
  readonly status: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

export interface ReceivedLog {
  readonly body: string;
  readonly severityText: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An item that Application Insights has received. */
export interface ReceivedEnvelope {
  readonly name: string;
  readonly sampleRate: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

/** Takes what is exported: OTLP over HTTP as JSON, and what goes to Application Insights. */
export class TelemetryReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly logs: ReceivedLog[] = [];
  readonly metrics = new Set<string>();
  readonly envelopes: ReceivedEnvelope[] = [];
  readonly resources: Readonly<Record<string, unknown>>[] = [];
  /** What has come as protobuf, by the path it came to. */
  readonly protobuf = new Map<string, Buffer[]>();
  /** Under which `Authorization` it has come, where it had one. */
  readonly authorizations = new Set<string>();
  /** Where else something was sent to. */
  readonly unknownPaths: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void readBody(request).then((body) => {
        if (request.headers["content-type"] === "application/x-protobuf") {
          const path = request.url ?? "";
          this.protobuf.set(path, [...(this.protobuf.get(path) ?? []), body]);
          return response.end();
        }
        if (request.headers.authorization !== undefined) this.authorizations.add(request.headers.authorization);
        response.setHeader("content-type", "application/json");
        response.end(this.#take(request.url ?? "", body));
      });
    });
  }

  static async start(): Promise<TelemetryReceiver> {
    const receiver = new TelemetryReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settings with which a host exports to here as to Application Insights. */
  get applicationInsights(): Readonly<Record<string, string>> {
    const key = "00000000-0000-0000-0000-000000000001";
    return { APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=${this.url}/` };
  }

  /** What Azure sets where an app has an identity; a token is what was asked for. */
  get identity(): Readonly<Record<string, string>> {
    return { IDENTITY_ENDPOINT: `${this.url}/identity`, IDENTITY_HEADER: "of-this-app" };
  }

  /** Settings with which a host exports to here by OTLP, soon. */
  get otlp(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_BLRP_SCHEDULE_DELAY: "100",
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(url: string, body: Buffer): string {
    switch (url) {
      case "/v1/traces":
        this.#takeSpans(JSON.parse(body.toString()) as TracesData);
        return "{}";
      case "/v1/logs":
        this.#takeLogs(JSON.parse(body.toString()) as LogsData);
        return "{}";
      case "/v1/metrics":
        for (const { scopeMetrics } of (JSON.parse(body.toString()) as MetricsData).resourceMetrics) {
          for (const { metrics } of scopeMetrics) for (const { name } of metrics) this.metrics.add(name);
        }
        return "{}";
      case "/v2.1/track":
        return this.#takeEnvelopes(body);
      default:
        if (url.startsWith("/identity?")) return tokenFor(new URL(url, this.url).searchParams);
        this.unknownPaths.push(url);
        return "{}";
    }
  }

  #takeSpans({ resourceSpans }: TracesData): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.resources.push(record(resource.attributes));
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          ...span,
          parentSpanId: span.parentSpanId ?? "",
          attributes: record(span.attributes),
          status: span.status?.code ?? 0,
          startedAt: Number(span.startTimeUnixNano) / 1e6,
          endedAt: Number(span.endTimeUnixNano) / 1e6,
          events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: record(attributes) })),
        });
      }
    }
  }

  #takeLogs({ resourceLogs }: LogsData): void {
    for (const { scopeLogs } of resourceLogs) {
      for (const log of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
        const { severityText, traceId = "", spanId = "", attributes } = log;
        this.logs.push({
          body: log.body.stringValue ?? "",
          severityText,
          traceId,
          spanId,
          attributes: record(attributes),
        });
      }
    }
  }

  #takeEnvelopes(body: Buffer): string {
    const lines = gunzipSync(body).toString().split("\n");
    const envelopes = lines.map((line) => JSON.parse(line) as ReceivedEnvelope);
    this.envelopes.push(...envelopes);
    return JSON.stringify({ itemsReceived: envelopes.length, itemsAccepted: envelopes.length, errors: [] });
  }
}

interface TracesData {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly attributes: readonly Attribute[];
        readonly status?: { readonly code?: number };
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly events?: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
      }[];
    }[];
  }[];
}

interface LogsData {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly body: Value;
        readonly severityText: string;
        readonly traceId?: string;
        readonly spanId?: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}

interface MetricsData {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

function tokenFor(asked: URLSearchParams): string {
  return JSON.stringify({
    access_token: `${asked.get("client_id")} at ${asked.get("resource")}`,
    expires_on: Math.ceil(Date.now() / 1000) + 3600,
    resource: asked.get("resource"),
    token_type: "Bearer",
  });
}

function record(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
