import type { InstanceState } from "@durable-host/engine";
import fc from "fast-check";
import { decodeInstance, encodeInstance, isSameCell, type InstanceRow } from "../../src/rows/instance-row";
import { anyState } from "./any-event";
import { asStored } from "./lossy-columns";

const EMPTY = { text: null, hostData: null };

function aState(fields: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId: "i1",
    executionId: "e1",
    name: "order",
    version: "1.0",
    runtimeStatus: "Running",
    input: "1",
    output: null,
    customStatus: null,
    createdAt: 10,
    lastUpdatedAt: 20,
    ...fields,
  };
}

/** A row as Microsoft's provider writes it. */
function aRow(fields: Partial<InstanceRow> = {}): InstanceRow {
  return {
    instanceId: "i1",
    executionId: "e1",
    name: "order",
    version: null,
    runtimeStatus: "Pending",
    createdTime: 10,
    lastUpdatedTime: null,
    completedTime: null,
    parentInstanceId: null,
    tags: null,
    input: EMPTY,
    output: EMPTY,
    customStatus: EMPTY,
    ...fields,
  };
}

const failureDetails = {
  errorType: "TypeError",
  errorMessage: "no",
  stackTrace: "at A",
  innerFailure: null,
  isNonRetriable: false,
  properties: null,
};

describe("instances", () => {
  it.each([true, false])("are read as they were stored, with a UTF-8 collation: %p [SQL11]", (isUtf8) => {
    fc.assert(
      fc.property(anyState, (state) => {
        const ascii = (text: string) => text.replace(/[^\0-\x7f]/g, "");
        const known = { ...state, instanceId: ascii(state.instanceId) };
        expect(decodeInstance(asStored(encodeInstance(known, { isUtf8 }), isUtf8))).toEqual(known);
      }),
      { numRuns: 300 },
    );
  });

  it("fill Microsoft's columns, and nothing else where these suffice", () => {
    const state = aState({
      ...{ runtimeStatus: "Completed", output: '"😀"', customStatus: '"c"', completedAt: 20, tags: { a: "ü" } },
      parentInstanceId: "p",
    });
    expect(encodeInstance(state)).toEqual({
      instanceId: "i1",
      executionId: "e1",
      name: "order",
      version: "1.0",
      runtimeStatus: "Completed",
      createdTime: 10,
      lastUpdatedTime: 20,
      completedTime: 20,
      parentInstanceId: "p",
      tags: '{"a":"ü"}',
      input: { text: "1", hostData: null },
      output: { text: '"😀"', hostData: null },
      customStatus: { text: '"c"', hostData: null },
    });
  });

  it("write a failure with details as JSON, one without as text [SQL42]", () => {
    const failed = { runtimeStatus: "Failed", output: "no" } as const;
    expect(encodeInstance(aState({ ...failed, failureDetails })).output).toEqual({
      text: '{"ErrorType":"TypeError","ErrorMessage":"no","StackTrace":"at A","IsNonRetriable":false}',
      hostData: null,
    });
    expect(encodeInstance(aState(failed)).output).toEqual({ text: "no", hostData: null });
  });

  it("keep what a start sets with the input, and the rest with the output", () => {
    const state = aState({ runtimeStatus: "Failed", output: "It failed: no", failureDetails, tags: {} });
    const { input, output } = encodeInstance(state);
    expect(JSON.parse(input.hostData ?? "")).toEqual({ instance: { set: { tags: {} } } });
    expect(JSON.parse(output.hostData ?? "")).toEqual({ instance: { set: { output: "It failed: no" } } });
  });

  it("have tags that older collations can hold, too [SQL40]", () => {
    const { tags } = encodeInstance(aState({ tags: { ort: "Köln 😀" } }), { isUtf8: false });
    expect(tags).toBe('{"ort":"K\\u00f6ln \\ud83d\\ude00"}');
  });

  it("have times of whole milliseconds, none too early", () => {
    const row = encodeInstance(aState({ createdAt: 10.1, lastUpdatedAt: 20.5, completedAt: 20.5 }));
    expect(row).toMatchObject({ createdTime: 11, lastUpdatedTime: 21, completedTime: 21 });
    expect(decodeInstance(row)).toMatchObject({ createdAt: 11, lastUpdatedAt: 21, completedAt: 21 });
  });

  it("share a payload with an event that says more in it, but not one that says something else", () => {
    const hostData = (data: object) => JSON.stringify(data);
    const shared = { text: "1", hostData: hostData({ event: {}, instance: { set: { tags: {} } } }) };
    expect(isSameCell(shared, encodeInstance(aState({ tags: {} })).input)).toBe(true);
    expect(isSameCell({ text: "1", hostData: hostData({ event: {} }) }, encodeInstance(aState()).input)).toBe(true);
    expect(isSameCell(shared, encodeInstance(aState()).input)).toBe(false);
    expect(isSameCell({ text: "1", hostData: null }, encodeInstance(aState({ input: "2" })).input)).toBe(false);
    const exact = encodeInstance(aState({ input: "ü" }), { isUtf8: false }).input;
    expect(isSameCell({ text: "?", hostData: exact.hostData }, { ...exact, text: "?" })).toBe(true);
    expect(isSameCell({ text: "?", hostData: hostData({ text: "ä" }) }, { ...exact, text: "?" })).toBe(false);
  });

  it.each([
    ["an id longer than its column", { instanceId: "x".repeat(101) }, "INVALID_INSTANCE_ID"],
    ["a parent's id longer than its column", { parentInstanceId: "x".repeat(101) }, "INVALID_INSTANCE_ID"],
    ["a name longer than its column", { name: "x".repeat(301) }, "INVALID_ARGUMENT"],
    ["a version longer than its column", { version: "x".repeat(101) }, "INVALID_ARGUMENT"],
    ["a time that is none", { lastUpdatedAt: NaN }, "INVALID_ARGUMENT"],
  ])("are refused with %s [SQL12]", (_what, fields, code) => {
    expect(() => encodeInstance(aState(fields))).toThrow(expect.objectContaining({ code }));
  });
});

describe("instances of Microsoft's provider", () => {
  it("have no version, and were last updated when they were created, until they say otherwise", () => {
    expect(decodeInstance(aRow())).toEqual(
      aState({ version: "", runtimeStatus: "Pending", input: null, lastUpdatedAt: 10 }),
    );
  });

  it("tell of a failure by JSON or by text [SQL42]", () => {
    const failed = (text: string) =>
      decodeInstance(aRow({ runtimeStatus: "Failed", output: { text, hostData: null } }));
    expect(failed('{"ErrorType":"TypeError","ErrorMessage":"no","StackTrace":"at A"}')).toMatchObject({
      output: "no",
      failureDetails,
    });
    expect(failed("no")).toMatchObject({ output: "no" });
    expect(failed('{"reason":"no"}')).not.toHaveProperty("failureDetails");
  });

  it("may complete with what looks like a failure", () => {
    const text = '{"ErrorType":"TypeError"}';
    const state = decodeInstance(aRow({ runtimeStatus: "Completed", output: { text, hostData: null } }));
    expect(state.output).toBe(text);
    expect(state).not.toHaveProperty("failureDetails");
  });

  it.each([
    ['{"a":"b"}', { a: "b" }],
    ["", undefined],
    ["[]", undefined],
    ['{"a":1}', undefined],
    ["{broken", undefined],
  ])("have the tags %j, or none [SQL40]", (tags, expected) => {
    expect(decodeInstance(aRow({ tags })).tags).toEqual(expected);
  });

  it.each([
    ["a status nobody knows", { runtimeStatus: "Lost" }],
    ["damaged HostData", { input: { text: null, hostData: "{" } }],
  ])("with %s cannot be read", (_what, fields) => {
    expect(() => decodeInstance(aRow(fields))).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
  });
});
