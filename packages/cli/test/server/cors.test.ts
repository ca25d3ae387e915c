import type { HostRequest, HttpHandler } from "@durable-host/functions";
import { corsOptions, withCors } from "../../src/server/cors";

function aRequest(method: string, headers: Record<string, string>): HostRequest {
  return {
    method,
    headers,
    url: new URL("http://localhost:7071/api/hello"),
    body: (async function* () {})(),
    signal: new AbortController().signal,
  };
}

async function answer(origins: string, method: string, headers: Record<string, string>, credentials = false) {
  const handler = withCors(
    () => Promise.resolve({ status: 200, headers: [["X", "y"]] }),
    corsOptions(origins, credentials),
  );
  const response = await handler(aRequest(method, headers));
  return { status: response?.status, headers: Object.fromEntries(response?.headers ?? []) };
}

const preflight = {
  origin: "https://shop.example",
  "access-control-request-method": "PUT",
  "access-control-request-headers": "x-a,x-b",
};

describe("CORS", () => {
  it("answers a preflight of an allowed origin before anything else [FH52]", async () => {
    expect(await answer("https://other.example, https://shop.example/", "OPTIONS", preflight)).toEqual({
      status: 204,
      headers: {
        "Access-Control-Allow-Origin": "https://shop.example",
        Vary: "Origin",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "x-a,x-b",
      },
    });
  });

  it("gives another origin nothing [FH52]", async () => {
    const vary = { Vary: "Origin" };
    expect(await answer("https://other.example", "OPTIONS", preflight)).toEqual({ status: 204, headers: vary });
    expect(await answer("https://other.example", "GET", preflight)).toEqual({
      status: 200,
      headers: { X: "y", ...vary },
    });
  });

  it("tells caches of every answer that it depends on the origin, also where none has asked", async () => {
    expect((await answer("https://shop.example", "GET", {})).headers).toEqual({ X: "y", Vary: "Origin" });
  });

  it("gives every origin the same where all are allowed, and those that do not ask", async () => {
    const headers = { X: "y", "Access-Control-Allow-Origin": "*" };
    expect((await answer("*", "GET", { origin: "https://any.example" })).headers).toEqual(headers);
    expect((await answer("*", "GET", {})).headers).toEqual(headers);
  });

  it("keeps what an answer depends on by itself", async () => {
    const own: HttpHandler = async () => ({ status: 200, headers: [["Vary", "Accept"]] });
    const response = await withCors(own, corsOptions("https://shop.example", false))(aRequest("GET", {}));
    expect(response?.headers).toEqual([
      ["Vary", "Accept"],
      ["Vary", "Origin"],
    ]);
  });

  it("adds its headers to answers", async () => {
    const { headers } = await answer("https://shop.example", "GET", { origin: "https://shop.example" }, true);
    expect(headers).toEqual({
      X: "y",
      "Access-Control-Allow-Origin": "https://shop.example",
      Vary: "Origin",
      "Access-Control-Allow-Credentials": "true",
    });
  });

  it("takes origins as App Service writes them, too", async () => {
    expect((await answer('["https://a.example", "https://shop.example"]', "OPTIONS", preflight)).headers).toMatchObject(
      {
        "Access-Control-Allow-Origin": "https://shop.example",
      },
    );
    for (const list of ["[", "[1]"])
      expect(() => corsOptions(list, false)).toThrow("expected: a list of texts in JSON");
    expect(() => corsOptions('["*"]', true)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("lets an OPTIONS request that is no preflight through", async () => {
    expect((await answer("*", "OPTIONS", { origin: "https://a.example" })).status).toBe(200);
  });

  it("is off without origins, and refuses every origin with credentials", () => {
    const handler = () => Promise.resolve(undefined);
    expect(withCors(handler, corsOptions(undefined, false))).toBe(handler);
    expect(() => corsOptions("*", true)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
