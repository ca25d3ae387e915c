import type { HostRequest } from "@durable-host/functions";

/** A request as the listener would make it: `GET /path?x=1`, or with a whole URL. */
export function aRequest(line: string, body?: unknown, headers: Record<string, string> = {}): HostRequest {
  const [method = "", target = ""] = line.split(" ");
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return {
    method,
    url: new URL(target, "http://localhost:7071"),
    headers,
    body: (async function* () {
      if (bytes) yield bytes;
    })(),
    signal: new AbortController().signal,
  };
}
