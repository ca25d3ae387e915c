import type { HostResponse } from "@durable-host/functions";
import { findRoute, type AdminRoute } from "../../../src/server/admin/admin-route";
import { aRequest } from "../a-request";

/** An answer of the admin API; `body` is parsed JSON. */
export interface AdminAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sends `GET /admin/…` to the route that it belongs to; status undefined: there is none. */
export async function askRoutes(routes: readonly AdminRoute[], line: string, body?: unknown): Promise<AdminAnswer> {
  const request = aRequest(line, body);
  const found = findRoute(routes, request.method, request.url.pathname);
  const answer: HostResponse | undefined = await found?.route.handle({ request, params: found.params });
  return {
    status: answer?.status,
    headers: Object.fromEntries(answer?.headers ?? []),
    body: typeof answer?.body === "string" ? JSON.parse(answer.body) : undefined,
  };
}
