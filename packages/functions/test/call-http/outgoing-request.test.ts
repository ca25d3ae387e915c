import { outgoingRequest, readRequest, redirected } from "../../src/call-http/outgoing-request";

const USER_AGENT = expect.stringMatching(/^Microsoft\.Azure\.WebJobs\.Extensions\.DurableTask\/\d+\.\d+\.\d+$/);

describe("a stored request", () => {
  it("is read alone and as a list of one, as upstream stores it", () => {
    const request = { method: "GET", uri: "https://api.test/", headers: { a: "1", b: ["1", "2"] } };

    expect(readRequest(JSON.stringify(request))).toEqual(request);
    expect(readRequest(JSON.stringify([request]))).toEqual(request);
  });

  it("has texts for whatever the app gave as header values and content", () => {
    const request = { method: "PUT", uri: "https://api.test/", headers: { n: 1, gone: null, b: true }, content: 5 };

    expect(readRequest(JSON.stringify(request))).toMatchObject({ headers: { n: "1", b: "true" }, content: "5" });
    expect(readRequest(JSON.stringify(request)).headers).not.toHaveProperty("gone");
  });

  it.each([
    [null, "callHttp was given no request."],
    [{ uri: "https://api.test/" }, "callHttp was given no method, but undefined."],
    [{ method: "GET" }, "callHttp needs an absolute http or https URL, and was given undefined."],
    [{ method: "GET", uri: "/orders" }, 'callHttp needs an absolute http or https URL, and was given "/orders".'],
    [{ method: "GET", uri: "ftp://x/" }, 'callHttp needs an absolute http or https URL, and was given "ftp://x/".'],
    [
      { method: "GET", uri: "https://x/", tokenSource: { kind: "Other" } },
      'callHttp has tokens from { kind: "AzureManagedIdentity", resource: "…" } only, and was given {"kind":"Other"}.',
    ],
  ])("is refused when it is %j", (request, message) => {
    expect(() => readRequest(JSON.stringify(request))).toThrow(new Error(message));
  });
});

describe("an outgoing request", () => {
  it("names the upstream extension as its sender, unless the app names another", () => {
    const plain = outgoingRequest({ method: "get", uri: "https://api.test/a?b=c" });
    const named = outgoingRequest({ method: "GET", uri: "https://api.test/", headers: { "user-agent": "mine" } });

    expect(plain).toEqual({
      method: "GET",
      url: new URL("https://api.test/a?b=c"),
      headers: { "User-Agent": USER_AGENT },
    });
    expect(named.headers).toEqual({ "user-agent": "mine" });
  });

  it("says text/plain of content whose type is not given", () => {
    const { headers, body } = outgoingRequest({ method: "POST", uri: "https://api.test/", content: "{}" });

    expect({ headers, body }).toEqual({
      headers: { "User-Agent": USER_AGENT, "Content-Type": "text/plain" },
      body: "{}",
    });
  });

  it("has the Content-Type of the app on content, and none without content", () => {
    const headers = { "content-type": "application/json; charset=utf-8", "Content-Length": "999" };
    const withContent = outgoingRequest({ method: "POST", uri: "https://api.test/", headers, content: "" });
    const without = outgoingRequest({ method: "GET", uri: "https://api.test/", headers });

    expect(withContent.headers).toEqual({
      "User-Agent": USER_AGENT,
      "Content-Type": "application/json; charset=utf-8",
    });
    expect(without.headers).toEqual({ "User-Agent": USER_AGENT });
  });

  it("refuses multipart content", () => {
    const headers = { "Content-Type": "Multipart/form-data; boundary=x" };

    expect(() => outgoingRequest({ method: "POST", uri: "https://api.test/", headers, content: "" })).toThrow(
      "Multipart content is not supported with callHttp.",
    );
  });

  it("carries the token in place of an Authorization of the app's", () => {
    const request = { method: "GET", uri: "https://api.test/", headers: { authorization: "Basic x", a: "1" } };

    expect(outgoingRequest(request, "t0ken").headers).toEqual({
      a: "1",
      "User-Agent": USER_AGENT,
      Authorization: "Bearer t0ken",
    });
  });
});

describe("a redirected request", () => {
  const headers = {
    Authorization: "a",
    Cookie: "c",
    "X-Functions-Key": "k",
    Host: "h",
    "Content-Type": "text/plain",
    "x-tag": "t",
  };
  const post = { method: "POST", url: new URL("https://api.test/a/b"), headers, body: "content" };

  it.each([300, 301, 302, 303])("becomes a GET without content for a POST and %d", (status) => {
    const next = redirected(post, status, "c");

    expect(next).toMatchObject({ method: "GET", url: new URL("https://api.test/a/c") });
    expect(next).not.toHaveProperty("body");
    expect(next?.headers).toEqual({ ...headers, "Content-Type": undefined });
  });

  it.each([307, 308])("stays what it is for %d", (status) => {
    expect(redirected(post, status, "/c")).toEqual({ ...post, url: new URL("https://api.test/c") });
  });

  it("keeps methods other than POST, but for 303", () => {
    const put = { ...post, method: "PUT" };
    expect(redirected(put, 302, "/c")?.method).toBe("PUT");
    expect(redirected(put, 303, "/c")?.method).toBe("GET");
    expect(redirected({ ...post, method: "HEAD" }, 303, "/c")?.method).toBe("HEAD");
  });

  it("takes no credentials to another origin", () => {
    expect(redirected(post, 307, "https://other.test/")?.headers).toEqual({
      "Content-Type": "text/plain",
      "x-tag": "t",
    });
  });

  it.each([
    [200, "/c"],
    [304, "/c"],
    [302, undefined],
    [302, "mailto:a@b"],
    [302, "http://api.test/"],
  ])("does not come of %d with Location %s", (status, location) => {
    expect(redirected(post, status, location)).toBeUndefined();
  });
});
