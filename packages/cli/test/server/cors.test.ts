import type { HostRequest } from "@durable-host/functions";
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
    expect(await answer("https://other.example", "OPTIONS", preflight)).toEqual({ status: 204, headers: {} });
    expect(await answer("https://other.example", "GET", preflight)).toEqual({ status: 200, headers: { X: "y" } });
  });

  it("adds its headers to answers", async () => {
    const { headers } = await answer("https://shop.example", "GET", { origin: "https://shop.example" }, true);
    expect(headers).toEqual({
      X: "y",
      "Access-Control-Allow-Origin": "https://shop.example",
      Vary: "Origin",
      "Access-Control-Allow-Credentials": "true",
    });
    expect((await answer("*", "GET", { origin: "https://any.example" })).headers).toMatchObject({
      "Access-Control-Allow-Origin": "*",
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
