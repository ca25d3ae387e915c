import { readBody, type HostRequest, type HostResponse } from "@durable-host/functions";

/** What a handler of the admin API is given. */
export interface AdminCall {
  readonly request: HostRequest;
  /** The variable segments of the path, decoded. */
  readonly params: readonly string[];
}

export interface AdminRoute {
  readonly methods: readonly string[];
  /** Segments without the leading slash; `*` is a variable one. Compared without case. */
  readonly path: string;
  /** Nobody is asked for the master key. */
  readonly isOpen?: boolean;
  handle(call: AdminCall): HostResponse | Promise<HostResponse>;
}

/** Requests of the admin API are small, but for the input of a run. */
const BODY_LIMIT = 104_857_600;

const JSON_TYPE = ["Content-Type", "application/json; charset=utf-8"] as const;

export const NOT_FOUND: HostResponse = { status: 404, headers: [] };

export function empty(status: number): HostResponse {
  return { status, headers: [] };
}

export function json(status: number, value: unknown, headers: HostResponse["headers"] = []): HostResponse {
  return { status, headers: [JSON_TYPE, ...headers], body: JSON.stringify(value) };
}

export function refusal(status: number, message: string): HostResponse {
  return json(status, { message });
}

/** The body as JSON; undefined when it is empty or none. */
export async function readJson(request: HostRequest): Promise<unknown> {
  const body = await readBody(request, BODY_LIMIT);
  if (body.type === "tooLarge" || body.text.trim() === "") return undefined;
  try {
    return JSON.parse(body.text) as unknown;
  } catch {
    return undefined;
  }
}

/** The first route for method and path; undefined when there is none. */
export function findRoute(
  routes: readonly AdminRoute[],
  method: string,
  pathname: string,
): { readonly route: AdminRoute; readonly params: readonly string[] } | undefined {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  for (const route of routes) {
    if (!route.methods.includes(method)) continue;
    const params = match(route.path.split("/"), segments);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function match(pattern: readonly string[], segments: readonly string[]): readonly string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: string[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part === "*") params.push(decoded(segment));
    else if (part !== segment.toLowerCase()) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
