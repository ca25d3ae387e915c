import type { ActivityResult, Clock } from "@durable-host/engine";
import type { TokenProvider } from "./azure-tokens";
import { exchange } from "./exchange";
import { headerValue } from "./http-messages";
import { outgoingRequest, readRequest, redirected, type OutgoingRequest } from "./outgoing-request";
import { responseResult } from "./response-result";

/** Upstream's client gives up then (contract §2.5, callHttp), in milliseconds. */
const TIMEOUT_MS = 240_000;
/** An answer goes through memory and into the store as a whole. */
const MAX_ANSWER_BYTES = 100 * 1024 * 1024;
/** As upstream's client; the redirect after that is the result. */
const MAX_REDIRECTS = 50;

export interface SendRequestOptions {
  readonly clock: Clock;
  readonly tokens: TokenProvider;
  /** Longest answer, in bytes. */
  readonly maxAnswerBytes?: number;
}

/**
 * Does what the built-in activity has to do: whatever the server answers is a result, and no answer at all is a failure of
 * the task. Rejects only when `signal`, which is of this call alone, was aborted.
 */
export async function sendRequest(
  input: string | null,
  signal: AbortSignal,
  options: SendRequestOptions,
): Promise<ActivityResult> {
  let outgoing: OutgoingRequest;
  try {
    const request = readRequest(input);
    const { tokenSource } = request;
    outgoing = outgoingRequest(request, tokenSource && (await options.tokens(tokenSource.resource)));
  } catch (error) {
    return failure(messageOf(error), "The request was not sent.");
  }
  // To have a token takes time.
  signal.throwIfAborted();
  const timeout = new AbortController();
  const cancelTimer = options.clock.schedule(TIMEOUT_MS, () => timeout.abort());
  const stop = (): void => timeout.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return { type: "Completed", result: JSON.stringify(await follow(outgoing, timeout.signal, options)) };
  } catch (error) {
    signal.throwIfAborted();
    const { method, url } = outgoing;
    const cause = timeout.signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} seconds` : messageOf(error);
    // The path may hold secrets, so that only the origin is named.
    return failure(cause.includes(url.host) ? cause : `${cause} (${url.host})`, `${method} ${url.origin} failed.`);
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", stop);
  }
}

async function follow(
  first: OutgoingRequest,
  signal: AbortSignal,
  { maxAnswerBytes = MAX_ANSWER_BYTES }: SendRequestOptions,
): Promise<ReturnType<typeof responseResult>> {
  let outgoing = first;
  for (let redirects = 0; ; redirects++) {
    const response = await exchange(outgoing, signal, maxAnswerBytes);
    const result = responseResult(response, outgoing === first ? undefined : outgoing.url);
    const next = redirected(outgoing, response.status, headerValue(result.headers, "location"));
    if (!next || redirects === MAX_REDIRECTS) return result;
    outgoing = next;
  }
}

function failure(reason: string, details: string): ActivityResult {
  return { type: "Failed", reason, details };
}

/** An attempt at several addresses fails with one error for each, and none of its own. */
function messageOf(error: unknown): string {
  const { message, errors } = error as { readonly message?: unknown; readonly errors?: unknown };
  if (Array.isArray(errors)) return errors.map(messageOf).join("; ");
  return typeof message === "string" ? message : String(error);
}
