import type { HttpRequest, HttpResponseInit } from "@azure/functions";

/** The parsed body, or the 400 answer that says why there is none. */
export type JsonBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly response: HttpResponseInit };

/** Reads a JSON body. An empty body is `undefined`. */
export async function readJson(request: HttpRequest): Promise<JsonBody> {
  const text = await request.text();
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, response: badRequest(`The body is not valid JSON: ${reason}`) };
  }
}

/** A 400 answer with every problem found. */
export function badRequest(error: string, problems?: readonly string[]): HttpResponseInit {
  return { status: 400, jsonBody: problems === undefined ? { error } : { error, problems } };
}

/** A 404 answer. */
export function notFound(error: string): HttpResponseInit {
  return { status: 404, jsonBody: { error } };
}

/** A 409 answer: the request is fine, but not in the present state. */
export function conflict(error: string): HttpResponseInit {
  return { status: 409, jsonBody: { error } };
}
