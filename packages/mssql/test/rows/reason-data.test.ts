import { asciiJson, splitReasonData, withoutEscapes, withReasonData } from "../../src/rows/reason-data";

const HOST_DATA = '{"event":{"set":{"timestamp":1}},"text":"ü\\n"}';

describe("HostData where there is no column for it", () => {
  it("is kept in the reason, in characters that every database keeps", () => {
    const cells = withReasonData("text", null, HOST_DATA);
    expect(cells).toEqual({ text: "text", reason: expect.stringMatching(/^durable-host:[ -~]*$/) });
    const { hostData, ...texts } = splitReasonData(cells.text, cells.reason);
    expect(texts).toEqual({ text: "text", reason: null });
    expect(JSON.parse(hostData ?? "")).toEqual(JSON.parse(HOST_DATA));
  });

  it("is kept in the details of a failure, whose reason Microsoft's provider reads", () => {
    const details = { ErrorType: "E", ErrorMessage: "m" };
    const cells = withReasonData(JSON.stringify(details), "no", HOST_DATA);
    expect(cells.reason).toBe("no");
    expect(JSON.parse(cells.text ?? "")).toMatchObject(details);
    const split = splitReasonData(cells.text, cells.reason);
    expect(split).toMatchObject({ text: JSON.stringify(details), reason: "no" });
    expect(JSON.parse(split.hostData ?? "")).toEqual(JSON.parse(HOST_DATA));
  });

  it.each([null, "plain", "{damaged", "[1]"])(
    "is lost of a failure whose details are %p, which stay as they are",
    (text) => {
      expect(withReasonData(text, "no", HOST_DATA)).toEqual({ text, reason: "no" });
    },
  );

  it.each([
    [null, null],
    ["text", null],
    ["text", "no"],
    ['{"durableHost":1}', "no"],
    ['{"durableHost":', "no"],
  ])("is not seen in rows of others: %p, %p", (text, reason) => {
    expect(splitReasonData(text, reason)).toEqual({ text, reason, hostData: null });
    expect(withReasonData(text, reason, null)).toEqual({ text, reason });
  });
});

describe("JSON for a database that is not UTF-8", () => {
  it.each(['"ü 😀"', '{"schlüssel":"\\\\u00fc ü"}', '"\\n"', '"plain"'])("comes back as it was: %p", (text) => {
    const written = asciiJson(text);
    expect(written).toMatch(/^[ -~]*$/);
    expect(JSON.parse(written)).toEqual(JSON.parse(text));
    expect(withoutEscapes(written)).toBe(text);
  });

  it("is the only text that is changed", () => {
    expect(asciiJson("kein JSON: ü")).toBe("kein JSON: ü");
  });
});
