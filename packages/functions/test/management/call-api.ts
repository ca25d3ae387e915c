import { ErrorRecorder } from "@durable-host/testkit";
import type { HostResponse } from "../../src/http/types";
import { createManagementApi, WEBHOOK_PATH, type ManagementApiOptions } from "../../src/management/management-api";
import type { FakeTaskHub } from "./fake-task-hub";

export interface CallOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly api?: Partial<ManagementApiOptions>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | undefined;
  readonly json: unknown;
}

async function* chunks(body: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(body);
  const half = Math.floor(bytes.length / 2);
  for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) if (part.length > 0) yield part;
}

/** Sends "METHOD path" to the management API of a task hub. A path that starts with `//` is taken as it is. */
export async function callApi(hub: FakeTaskHub, line: string, options: CallOptions = {}): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const api = createManagementApi({
    taskHub: hub,
    connectionName: "SQLDB_Connection",
    logger: new ErrorRecorder(),
    basePath: WEBHOOK_PATH,
    ...options.api,
  });
  const base = options.api?.basePath ?? WEBHOOK_PATH;
  const response = await api({
    method,
    url: new URL(`http://localhost:7071${base}${path}`),
    headers: { "content-type": "application/json", ...options.headers },
    body: chunks(options.body ?? ""),
    signal: new AbortController().signal,
  });
  if (response === undefined) throw new Error(`the management API does not answer ${line}`);
  return readAnswer(response);
}

function readAnswer({ status, headers, body }: HostResponse): Answer {
  const text = typeof body === "string" ? body : undefined;
  const asJson = headers.some(([name, value]) => name === "Content-Type" && value.startsWith("application/json"));
  return {
    status,
    headers: Object.fromEntries(headers),
    text,
    json: asJson && text !== undefined ? JSON.parse(text) : undefined,
  };
}
