import { toHttpReply, type HttpReply } from "../../src/worker/http-result";

async function textOf({ body }: HttpReply): Promise<string | undefined> {
  if (body === undefined || typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

const contentType = ({ headers }: HttpReply): string | undefined =>
  headers.find(([name]) => name === "content-type")?.[1];

describe("the result of an HTTP handler", () => {
  it.each([
    ["undefined", undefined, 204, undefined, undefined],
    ["null", null, 204, undefined, undefined],
    ["an empty object", {}, 200, undefined, undefined],
    ["text", { body: "a" }, 200, "a", "text/plain;charset=UTF-8"],
    ["an empty text", { body: "" }, 200, "", "text/plain;charset=UTF-8"],
    ["bytes", { body: Buffer.from("b") }, 200, "b", undefined],
    ["JSON", { jsonBody: { a: 1 } }, 200, '{"a":1}', "application/json"],
    ["a JSON false", { jsonBody: false }, 200, "false", "application/json"],
    ["a status as text", { status: "201" }, 201, undefined, undefined],
    ["a number as body", { body: 5 }, 200, "5", "text/plain;charset=UTF-8"],
    ["a form", { body: new URLSearchParams("a=1") }, 200, "a=1", "application/x-www-form-urlencoded;charset=UTF-8"],
    ["a blob", { body: new Blob(["c"], { type: "x/y" }) }, 200, "c", "x/y"],
    ["an ArrayBuffer", { body: new TextEncoder().encode("d").buffer }, 200, "d", undefined],
    ["a platform response", new Response("e", { status: 202 }), 202, "e", "text/plain;charset=UTF-8"],
    ["a body where none may be", { status: 304, body: "x" }, 304, undefined, undefined],
    ["JSON where no body may be", { status: 204, jsonBody: {} }, 204, undefined, undefined],
    ["a type of the handler's", { body: "{}", headers: { "Content-Type": "a/b" } }, 200, "{}", "a/b"],
    ["a type of the handler's for JSON", { jsonBody: 1, headers: { "content-type": "a/b" } }, 200, "1", "a/b"],
  ])("%s", async (_what, result, status, body, type) => {
    const reply = toHttpReply(result);
    expect(reply.status).toBe(status);
    expect(await textOf(reply)).toBe(body);
    expect(contentType(reply)).toBe(type);
  });

  it.each([
    ["a bare text", "x"],
    ["a number", 5],
    ["a status that is none", { status: 99 }],
    ["a status that is no number", { status: "ok" }],
    ["a header name that is none", { headers: { "a b": "1" } }],
    ["a cookie name that is none", { cookies: [{ name: "a;b", value: "1" }] }],
    ["a cookie path that would add an attribute", { cookies: [{ name: "a", value: "1", path: "/; Secure" }] }],
    ["JSON that cannot be written", { jsonBody: 1n }],
  ])("throws for %s", (_what, result) => {
    expect(() => toHttpReply(result)).toThrow();
  });

  it("reaches the source of a stream when it is no longer wanted", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    const reply = toHttpReply({ body });
    if (typeof reply.body !== "object" || reply.body instanceof Uint8Array) throw new Error("The body is no stream.");
    const iterator = reply.body[Symbol.asyncIterator]();
    const pending = iterator.next();
    await iterator.return?.();
    await expect(pending).resolves.toMatchObject({ done: true });
    expect(cancelled).toBe(true);
  });
});
