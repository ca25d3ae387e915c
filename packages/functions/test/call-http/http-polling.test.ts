import type { CallHttpRequest } from "../../src/call-http/http-messages";
import { meaningOf, pollRequest, pollTime, withoutLocation } from "../../src/call-http/http-polling";

const ASKED = "https://api.test/v1/work";

describe("the meaning of an answer", () => {
  it.each([
    [200, { Location: "/elsewhere" }],
    [201, { Location: "/elsewhere" }],
    [302, { Location: "/elsewhere" }],
    [404, {}],
    [202, {}],
    [202, { Location: "" }],
  ])("is final for %d with %j", (statusCode, headers) => {
    expect(meaningOf({ statusCode, headers, content: "" }, ASKED)).toEqual({ type: "final" });
  });

  it.each([
    ["https://other.test/status?id=1", "https://other.test/status?id=1"],
    ["/status", "https://api.test/status"],
    ["status", "https://api.test/v1/status"],
    ["?step=2", "https://api.test/v1/work?step=2"],
    ["//other.test/status", "https://other.test/status"],
  ])("is pending for a 202 with Location %s", (given, location) => {
    for (const name of ["Location", "location", "LOCATION"]) {
      const answer = { statusCode: 202, headers: { [name]: given }, content: "" };
      expect(meaningOf(answer, ASKED)).toEqual({ type: "pending", location });
    }
  });

  it.each(["http://", "file:///etc/passwd", "javascript:alert(1)", "https://[nowhere"])(
    "is that there is nothing to ask for a 202 with Location %s [DF63]",
    (location) => {
      const answer = { statusCode: 202, headers: { location, "x-id": "1" }, content: "c" };
      expect(meaningOf(answer, ASKED)).toEqual({ type: "unusableLocation" });
      expect(withoutLocation(answer)).toEqual({ statusCode: 202, headers: { "x-id": "1" }, content: "c" });
    },
  );
});

describe("the time of the next poll", () => {
  const now = Date.UTC(2030, 0, 1);
  const at = (retryAfter: string | undefined): number =>
    pollTime(
      { statusCode: 202, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter }, content: "" },
      now,
      30_000,
    );

  it.each([
    ["0", 0],
    ["5", 5_000],
    [" 120 ", 120_000],
    ["Tue, 01 Jan 2030 00:00:10 GMT", 10_000],
    ["Mon, 31 Dec 2029 23:59:00 GMT", 0],
  ])("follows Retry-After: %s", (value, delay) => {
    expect(at(value) - now).toBe(delay);
  });

  it.each([undefined, "", "soon", "-5", "1.5", "2030-01-01T00:00:10"])("is the host's for Retry-After: %s", (value) => {
    expect(at(value) - now).toBe(30_000);
  });

  it("is a time that a Date can hold, however long the server asks for", () => {
    expect(new Date(at("99999999999999999999")).getTime()).toBe(8.64e15);
  });
});

describe("the request of a poll [DF62]", () => {
  const first: CallHttpRequest = {
    method: "POST",
    uri: ASKED,
    content: "body",
    headers: { AUTHORIZATION: "Basic x", Cookie: "c=1", "X-Functions-Key": "k", Host: "api.test", "X-Tag": "t" },
    tokenSource: { kind: "AzureManagedIdentity", resource: "https://r" },
    asynchronousPatternEnabled: true,
  };

  it("is a GET without content and without the key of the function", () => {
    expect(pollRequest(first, "https://api.test:443/status")).toEqual({
      method: "GET",
      uri: "https://api.test:443/status",
      headers: { AUTHORIZATION: "Basic x", Cookie: "c=1", Host: "api.test", "X-Tag": "t" },
      tokenSource: first.tokenSource,
      asynchronousPatternEnabled: true,
    });
  });

  it.each([
    "http://api.test/status",
    "https://api.test:8443/status",
    "https://www.api.test/",
    "https://api.test.evil/",
  ])("takes no credentials to %s", (location) => {
    const withProxy = { ...first, headers: { ...first.headers, "Proxy-Authorization": "Basic p" } };
    expect(pollRequest(withProxy, location)).toEqual({
      method: "GET",
      uri: location,
      headers: { "X-Tag": "t" },
      asynchronousPatternEnabled: true,
    });
  });

  it("has no headers when the first had none", () => {
    const { headers: _, ...bare } = first;
    expect(pollRequest(bare, "https://other.test/")).toEqual({
      method: "GET",
      uri: "https://other.test/",
      asynchronousPatternEnabled: true,
    });
  });
});
