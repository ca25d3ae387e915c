import type { Logger, TaskHub } from "@durable-host/engine";
import {
  createInProcessTriggers,
  createManagementApi,
  durableClientInput,
  RPC_PATH,
  WEBHOOK_PATH,
  type HostRequest,
  type HostResponse,
  type HttpHandler,
  type InProcessExecutor,
  type InProcessTriggers,
} from "@durable-host/functions";
import { listenHttp, type HttpListener } from "../server/http-listener";

/** Where the app seems to be served; nobody listens there. */
const ORIGIN = "http://localhost:7071";
const CONNECTION_NAME = "Storage";

export interface TestTriggersOptions {
  readonly taskHub: TaskHub;
  readonly executor: InProcessExecutor;
  readonly logger: Logger;
}

/** The functions that start orchestrations and look after them. */
export interface TestTriggers {
  /** Answers a request as the host would: the app's HTTP functions and the management API. */
  fetch(input: string, init?: RequestInit): Promise<Response>;
  invoke(functionName: string, value: unknown, metadata?: Readonly<Record<string, unknown>>): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Runs the app's triggers. The app's own durable client speaks HTTP, so that a port on the loopback address is opened for
 * it; with the first trigger, since most tests have none.
 */
export function createTestTriggers(options: TestTriggersOptions): TestTriggers {
  let opened: Promise<Opened> | undefined;
  let isClosed = false;
  const open = async (): Promise<Opened> => {
    if (isClosed) throw new Error("The test hub has been disposed of.");
    return (opened ??= openTriggers(options));
  };
  return {
    async fetch(input, init) {
      const request = new Request(new URL(input, ORIGIN), init);
      const { handlers } = await open();
      for (const handler of handlers) {
        const answer = await handler(await toHostRequest(request));
        if (answer) return toResponse(answer);
      }
      return new Response(null, { status: 404 });
    },
    invoke: async (functionName, value, metadata) => (await open()).triggers.invoke(functionName, value, metadata),
    async close() {
      isClosed = true;
      await (await opened)?.listener.close(0);
    },
  };
}

interface Opened {
  readonly listener: HttpListener;
  readonly triggers: InProcessTriggers;
  readonly handlers: readonly HttpHandler[];
}

async function openTriggers({ taskHub, executor, logger }: TestTriggersOptions): Promise<Opened> {
  const links = { hubName: taskHub.name, connectionName: CONNECTION_NAME, baseUrl: ORIGIN + WEBHOOK_PATH };
  const api = { taskHub, connectionName: CONNECTION_NAME, logger, linkBaseUrl: links.baseUrl };
  const listener = await listenHttp({
    handler: createManagementApi({ ...api, basePath: RPC_PATH }),
    address: "127.0.0.1",
    port: 0,
    bodyLimit: Number.POSITIVE_INFINITY,
    logger,
    // A hub that nobody disposes of must not keep the test runner from ending.
    isBackground: true,
  });
  const rpcBaseUrl = `http://127.0.0.1:${listener.port}${RPC_PATH}/`;
  const input = durableClientInput({ ...links, key: undefined, rpcBaseUrl });
  const triggers = createInProcessTriggers(executor, { durableClientInput: input, routePrefix: "api", logger });
  return { listener, triggers, handlers: [createManagementApi({ ...api, basePath: WEBHOOK_PATH }), triggers.http] };
}

async function toHostRequest(request: Request): Promise<HostRequest> {
  const bytes = new Uint8Array(await request.clone().arrayBuffer());
  return {
    method: request.method,
    url: new URL(request.url),
    headers: { ...Object.fromEntries(request.headers), "content-length": String(bytes.byteLength) },
    body: once(bytes),
    signal: request.signal,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

async function toResponse({ status, headers, body }: HostResponse): Promise<Response> {
  const mutable = headers.map(([name, value]): [string, string] => [name, value]);
  return new Response(body === undefined ? null : await whole(body), { status, headers: mutable });
}

async function whole(body: NonNullable<HostResponse["body"]>): Promise<string | Uint8Array<ArrayBuffer>> {
  if (typeof body === "string") return body;
  const pieces: Uint8Array[] = body instanceof Uint8Array ? [body] : [];
  if (!(body instanceof Uint8Array)) for await (const piece of body) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
