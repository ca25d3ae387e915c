import { WEBHOOK_PATH } from "@durable-host/functions";
import { CommandFailure } from "../command-failure";
import { pathAndQuery, type ManagementRequest, type ManagementTarget } from "./management-target";

export interface HttpTargetOptions {
  /** Address of the host, or of its management API. */
  readonly url: string;
  /** Key that the host asks for. */
  readonly code?: string;
  /** The host must serve this task hub. */
  readonly taskHubName?: string;
}

/** Takes the key as `code=` in the URL does, and unlike that is not found in the logs of proxies. */
const KEY_HEADER = "x-functions-key";

/** A host that runs, reached through its management API. Nothing is sent before the first request. */
export function createHttpTarget({ url, code, taskHubName }: HttpTargetOptions): ManagementTarget {
  const origin = hostAddress(url);
  return {
    title: `the host at ${origin}`,
    isOffline: false,
    async send(request) {
      const query = { ...request.query, taskHub: taskHubName };
      const key: Record<string, string> = code === undefined ? {} : { [KEY_HEADER]: code };
      const sent = { ...request, query, headers: { ...request.headers, ...key } };
      const response = await reach(origin, `${WEBHOOK_PATH}/${pathAndQuery(sent)}`, sent);
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

/** The address without what belongs to the management API. */
function hostAddress(url: string): string {
  const end = url.toLowerCase().indexOf(WEBHOOK_PATH);
  return (end === -1 ? url : url.slice(0, end)).replace(/\/+$/, "");
}

async function reach(
  origin: string,
  path: string,
  { method, headers, body }: ManagementRequest,
): Promise<Awaited<ReturnType<typeof fetch>>> {
  const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
  try {
    return await fetch(`${origin}${path}`, { method, headers: { ...type, ...headers }, body });
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
