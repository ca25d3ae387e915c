import { responseResult } from "../../src/call-http/response-result";

const NO_BODY = new Uint8Array();

describe("the result of a response [DF60]", () => {
  it("has status, headers as they were sent, and content", () => {
    const rawHeaders = ["X-Request-Id", "7", "set-cookie", "a=1", "Set-Cookie", "b=2", "set-cookie", "c=3"];

    expect(responseResult({ status: 201, rawHeaders, body: Buffer.from("Grüße") })).toEqual({
      statusCode: 201,
      headers: { "X-Request-Id": "7", "set-cookie": ["a=1", "b=2", "c=3"] },
      content: "Grüße",
    });
  });

  it("leaves out the headers that describe the content", () => {
    const rawHeaders = [
      "Content-Type",
      "text/html",
      "content-length",
      "0",
      "Expires",
      "0",
      "Last-Modified",
      "x",
      "ETag",
      "e",
    ];

    expect(responseResult({ status: 200, rawHeaders, body: NO_BODY }).headers).toEqual({ ETag: "e" });
  });

  it.each([
    ["text/plain; charset=iso-8859-1", Buffer.from([0xe9]), "é"],
    ['text/plain; charset="utf-16le"', Buffer.from("é", "utf16le"), "é"],
    ["text/plain; charset=nonsense", Buffer.from("é"), "é"],
    ["text/plain", Buffer.from("\uFEFFé"), "é"],
  ])("decodes content of type %s", (type, body, content) => {
    expect(responseResult({ status: 200, rawHeaders: ["Content-Type", type], body }).content).toBe(content);
  });

  it("has a Location of use to the orchestrator when the answer came from elsewhere", () => {
    const response = { status: 202, rawHeaders: ["Location", "status/1"], body: NO_BODY };

    expect(responseResult(response).headers).toEqual({ Location: "status/1" });
    expect(responseResult(response, new URL("https://other.test/jobs/")).headers).toEqual({
      Location: "https://other.test/jobs/status/1",
    });
  });
});
