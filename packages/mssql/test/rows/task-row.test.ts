import { anActivityTask } from "@durable-host/testkit";
import fc from "fast-check";
import { decodeTask, encodeTask } from "../../src/rows/task-row";
import { anyTask } from "./any-event";
import { asStored } from "./lossy-columns";

describe("activity tasks", () => {
  it.each([true, false])("are read as they were queued, with a UTF-8 collation: %p [SQL11, SQL41]", (isUtf8) => {
    fc.assert(
      fc.property(anyTask, (task) => {
        const { instanceId } = task;
        const row = asStored(encodeTask(task, undefined, { isUtf8 }), isUtf8);
        expect(decodeTask({ ...row, instanceId })).toEqual(task);
      }),
      { numRuns: 300 },
    );
  });

  it("fill Microsoft's columns, and nothing else where these suffice [SQL38, SQL40]", () => {
    const traceContext = { traceParent: "00-1", traceState: "a=1" };
    const task = anActivityTask("i1", 3, { version: "1.0", traceContext });
    expect(encodeTask(task, { a: "b" })).toEqual({
      instanceId: "i1",
      executionId: "i1-e1",
      taskId: 3,
      name: "ship",
      version: "1.0",
      text: '"A1"',
      hostData: null,
      traceContext: "00-1\na=1",
      tags: '{"a":"b"}',
    });
  });

  it("go without tags that the column does not hold [SQL40]", () => {
    expect(encodeTask(anActivityTask("i1", 3), { big: "x".repeat(8_000) }).tags).toBeNull();
  });

  it.each([
    ["name", { name: "x".repeat(301) }],
    ["version", { version: "x".repeat(101) }],
  ])("are refused with a %s longer than its column [SQL12]", (_what, fields) => {
    const task = anActivityTask("i1", 3, fields);
    expect(() => encodeTask(task)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("of Microsoft's provider are read from their columns alone", () => {
    const cells = { name: null, version: null, text: null, hostData: null, traceContext: null };
    expect(decodeTask({ instanceId: "i1", executionId: null, taskId: 3, ...cells })).toEqual({
      instanceId: "i1",
      executionId: "",
      taskId: 3,
      name: "",
      input: null,
    });
  });

  it("with damaged HostData cannot be read", () => {
    const row = { ...encodeTask(anActivityTask("i1", 3)), hostData: "{" };
    expect(() => decodeTask(row)).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
  });
});
