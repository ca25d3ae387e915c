import { WEBHOOK_PATH } from "@durable-host/functions";
import { CommandFailure } from "../command-failure";
import { pathAndQuery, type ManagementRequest, type ManagementTarget } from "./management-target";

export interface HttpTargetOptions {
  /** Address of the host, or of its management API; one of the links that it answers with will do. */
  readonly url: string;
  /** Key that the host asks for; default: `code` in the address. */
  readonly code?: string;
  /** The host must serve this task hub. */
  readonly taskHubName?: string;
}

/** Takes the key as `code=` in the URL does, and unlike that is not found in the logs of proxies. */
const KEY_HEADER = "x-functions-key";

/** A host that runs, reached through its management API. Nothing is sent before the first request. */
export function createHttpTarget({ url, code, taskHubName }: HttpTargetOptions): ManagementTarget {
  const origin = hostAddress(url);
  const title = `the host at ${origin}`;
  const key = code ?? new URL(url).searchParams.get("code");
  return {
    title,
    isOffline: false,
    async send(request) {
      const query = { ...request.query, taskHub: taskHubName };
      const sent = { ...request, query, headers: { ...request.headers, ...(key !== null && { [KEY_HEADER]: key }) } };
      const response = await reach(origin, `${WEBHOOK_PATH}/${pathAndQuery(sent)}`, sent);
      const elsewhere = response.status < 400 ? response.headers.get("location") : null;
      if (response.status >= 300 && elsewhere !== null) throw redirected(title, new URL(elsewhere, origin).href);
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text: await response.text(),
      };
    },
    deleteTaskHub: () =>
      Promise.reject(
        new CommandFailure(
          "A task hub cannot be deleted while a host works on it, and the management API has no such operation. Stop the host, then run the command again on its store (--offline, or --data-dir DIR). To delete only what has ended: durable-host durable purge-history.",
        ),
      ),
    close: () => Promise.resolve(),
  };
}

/** The address without what belongs to the management API, and without the query: it is printed, and may hold a key. */
function hostAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  const end = pathname.toLowerCase().indexOf(WEBHOOK_PATH);
  return origin + (end === -1 ? pathname : pathname.slice(0, end)).replace(/\/+$/, "");
}

/** Followed, a redirect would carry the key to whoever it names, and turn a POST into a GET. */
function redirected(title: string, location: string): CommandFailure {
  return new CommandFailure(`${title} sends to ${hostAddress(location)}. If that is right, say so: --url URL.`);
}

async function reach(
  origin: string,
  path: string,
  { method, headers, body }: ManagementRequest,
): Promise<Awaited<ReturnType<typeof fetch>>> {
  const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
  try {
    return await fetch(`${origin}${path}`, { method, headers: { ...type, ...headers }, body, redirect: "manual" });
  } catch (error) {
    throw new CommandFailure(
      `No host answers at ${origin} (${reason(error)}). Start it with durable-host start, name another address with --url, or work on the store of a host that does not run with --offline.`,
      { cause: error },
    );
  }
}

/** fetch itself only says "fetch failed"; what has happened is its cause. */
function reason(error: unknown): string {
  const { code, message } = cause(error);
  return typeof code === "string" ? code : String(message);
}

function cause(error: unknown): { readonly code?: unknown; readonly message?: unknown } {
  if (typeof error !== "object" || error === null) return { message: error };
  return "cause" in error && error.cause !== undefined ? cause(error.cause) : error;
}
