import { waitUntil } from "./wait-until";
import type { WaitOptions } from "./wait-until";

/** Status of an instance as the management API answers it (durable contract §5.2). */
export interface InstanceStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly output: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly historyEvents?: readonly HistoryRow[];
}

/** One row of `historyEvents`. */
export interface HistoryRow {
  readonly EventType: string;
  readonly FunctionName?: string;
  readonly Name?: string;
  readonly Result?: unknown;
  readonly Reason?: string;
  readonly [field: string]: unknown;
}

/** An HTTP answer, read to its end. `body` is parsed JSON, or the text when it is not JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What may be sent with a request. */
export interface RequestOptions {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TERMINAL = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

/** A small client of the management API and of the app's own routes, for tests. */
export class ManagementClient {
  constructor(readonly baseUrl: string) {}

  /** Sends a request to a path of the host, or to a whole URL that the host gave. */
  async request(method: string, pathOrUrl: string, options: RequestOptions = {}): Promise<Answer> {
    const body = options.text ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
    const headers: Record<string, string> = { ...options.headers };
    if (options.json !== undefined) headers["content-type"] = "application/json";
    const init = body === undefined ? { method, headers } : { method, headers, body };
    const response = await fetch(new URL(pathOrUrl, this.baseUrl), init);
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  post(path: string, json?: unknown): Promise<Answer> {
    return this.request("POST", path, { json });
  }

  /** Starts an orchestration through the management API; resolves to its instance id. */
  async start(name: string, input?: unknown, instanceId?: string): Promise<string> {
    const id = instanceId === undefined ? "" : `/${encodeURIComponent(instanceId)}`;
    const answer = await this.post(`${DURABLE}/orchestrators/${name}${id}`, input);
    if (answer.status !== 202) throw unexpected(`starting ${name}`, answer);
    return (answer.body as { readonly id: string }).id;
  }

  /** The status of an instance, or `undefined` when there is none. `query`: as in `showHistory=true`. */
  async status(instanceId: string, query = ""): Promise<InstanceStatus | undefined> {
    const answer = await this.get(`${instancePath(instanceId)}?${query}`);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200 && answer.status !== 202) throw unexpected(`reading ${instanceId}`, answer);
    return answer.body as InstanceStatus;
  }

  /** Waits until `accept` likes the status. */
  async waitFor(
    instanceId: string,
    accept: (status: InstanceStatus) => boolean,
    options?: WaitOptions,
  ): Promise<InstanceStatus> {
    let last: InstanceStatus | undefined;
    return waitUntil(
      `instance ${instanceId}`,
      async () => {
        last = await this.status(instanceId);
        return last !== undefined && accept(last) ? last : undefined;
      },
      options,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)} Its last status: ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /** Waits until the instance has ended, in whatever way. */
  waitForEnd(instanceId: string, options?: WaitOptions): Promise<InstanceStatus> {
    return this.waitFor(instanceId, (status) => TERMINAL.has(status.runtimeStatus), options);
  }

  /** The rows of the history, with results. */
  async history(instanceId: string): Promise<readonly HistoryRow[]> {
    const status = await this.status(instanceId, "showHistory=true&showHistoryOutput=true");
    return status?.historyEvents ?? [];
  }

  raiseEvent(instanceId: string, name: string, json: unknown): Promise<Answer> {
    return this.post(`${instancePath(instanceId)}/raiseEvent/${name}`, json);
  }

  /** Posts `terminate`, `suspend` or `resume`. */
  control(instanceId: string, operation: "terminate" | "suspend" | "resume", reason: string): Promise<Answer> {
    return this.post(`${instancePath(instanceId)}/${operation}?reason=${encodeURIComponent(reason)}`);
  }

  purge(instanceId: string): Promise<Answer> {
    return this.request("DELETE", instancePath(instanceId));
  }

  /** All instances a query selects, page by page, with the size of each page. */
  async list(query: string): Promise<{ readonly instances: readonly InstanceStatus[]; readonly pages: number[] }> {
    const instances: InstanceStatus[] = [];
    const pages: number[] = [];
    let token = "";
    do {
      const headers: Record<string, string> = token === "" ? {} : { "x-ms-continuation-token": token };
      const answer = await this.request("GET", `${DURABLE}/instances?${query}`, { headers });
      if (answer.status !== 200) throw unexpected("listing instances", answer);
      const page = answer.body as readonly InstanceStatus[];
      instances.push(...page);
      pages.push(page.length);
      token = answer.headers.get("x-ms-continuation-token") ?? "";
    } while (token !== "");
    return { instances, pages };
  }

  /** The state of an entity, or `undefined` when it does not exist. */
  async entity(name: string, key: string): Promise<unknown> {
    const answer = await this.get(`${DURABLE}/entities/${name}/${encodeURIComponent(key)}`);
    return answer.status === 404 ? undefined : answer.body;
  }

  signalEntity(name: string, key: string, operation: string, json?: unknown): Promise<Answer> {
    return this.post(`${DURABLE}/entities/${name}/${encodeURIComponent(key)}?op=${operation}`, json);
  }
}

const DURABLE = "/runtime/webhooks/durabletask";

function instancePath(instanceId: string): string {
  return `${DURABLE}/instances/${encodeURIComponent(instanceId)}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unexpected(doing: string, answer: Answer): Error {
  return new Error(`Unexpected status ${answer.status} while ${doing}: ${JSON.stringify(answer.body)}`);
}
