import { childContext, formatTraceContext, parseTraceContext } from "../../src/trace/trace-context";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";
const traceParent = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe("a W3C trace context", () => {
  it("is read and written", () => {
    const context = { traceParent, traceState: "vendor=1" };
    expect(parseTraceContext(context)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      isSampled: true,
      traceState: "vendor=1",
    });
    expect(formatTraceContext(parseTraceContext(context)!)).toEqual(context);
    expect(parseTraceContext({ traceParent: `00-${TRACE_ID}-${SPAN_ID}-00` })?.isSampled).toBe(false);
  });

  it.each([
    ["nothing", undefined],
    ["an empty text", { traceParent: "" }],
    ["another format", { traceParent: "|abc.1." }],
    ["no trace", { traceParent: `00-${"0".repeat(32)}-${SPAN_ID}-01` }],
    ["no span", { traceParent: `00-${TRACE_ID}-${"0".repeat(16)}-01` }],
    ["upper case", { traceParent: traceParent.toUpperCase() }],
  ])("is not read from %s", (_what, context) => {
    expect(parseTraceContext(context)).toBeUndefined();
  });

  it("of a later version is read as far as it is known", () => {
    expect(parseTraceContext({ traceParent: `cc-${TRACE_ID}-${SPAN_ID}-01-more` })?.traceId).toBe(TRACE_ID);
  });
});

describe("a child", () => {
  const always = () => true;

  it("is in its parent's trace, with its decision and state", () => {
    const parent = { traceId: TRACE_ID, spanId: SPAN_ID, isSampled: false, traceState: "a=1" };
    const child = childContext(parent, always);
    expect(child).toEqual({ ...parent, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(child.spanId).not.toBe(SPAN_ID);
  });

  it("has the ids that its seed says, whoever makes it", () => {
    expect(childContext(undefined, always, "execution e1")).toEqual(childContext(undefined, always, "execution e1"));
    expect(childContext(undefined, always, "e1").spanId).not.toBe(childContext(undefined, always, "e2").spanId);
    expect(childContext(undefined, always).traceId).not.toBe(childContext(undefined, always).traceId);
  });

  it("without a parent is recorded if its new trace is", () => {
    const asked: string[] = [];
    const child = childContext(undefined, (traceId) => asked.push(traceId) === 0);
    expect(asked).toEqual([child.traceId]);
    expect(child.isSampled).toBe(false);
  });
});
