import { InvocationEvents, type InvocationFinished, type InvocationStarted } from "../../src/pool/invocation-events";

const parent = { traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
const own = { traceParent: "00-0af7651916cd43dd8448eb211c80319c-aaaaaaaaaaaaaaaa-01" };
const details = { trigger: "queueTrigger", parent };

let told: (InvocationStarted | InvocationFinished)[];
beforeEach(() => (told = []));

describe("the events of a run", () => {
  it("carry the trace context that its code sees, and what it came to", async () => {
    const asked: unknown[] = [];
    const events = new InvocationEvents(
      (event) => told.push(event),
      (invocation) => {
        asked.push(invocation);
        return own;
      },
    );
    const result = await events.around(
      "f",
      "i1",
      "why",
      async (seen) => seen,
      () => ({ httpStatus: 204 }),
      details,
    );

    expect(result).toBe(own);
    expect(asked).toEqual([{ functionName: "f", invocationId: "i1", reason: "why", details }]);
    const common = { functionName: "f", invocationId: "i1", details, traceContext: own };
    expect(told).toMatchObject([
      { type: "invocationStarted", ...common },
      { type: "invocationFinished", ...common, succeeded: true, httpStatus: 204 },
    ]);
  });

  it("say what was thrown, with its stack", async () => {
    const events = new InvocationEvents((event) => told.push(event));
    const error = new TypeError("no paper");
    await expect(events.around("f", "i1", "", () => Promise.reject(error))).rejects.toBe(error);

    expect(told[1]).toMatchObject({ succeeded: false, error: expect.stringContaining("no paper"), stack: error.stack });
    expect(told[1]).not.toHaveProperty("traceContext");
  });

  it("cost nothing when nobody listens", async () => {
    const tracer = jest.fn();
    expect(await new InvocationEvents(undefined, tracer).around("f", "i", "", async (seen) => seen)).toBeUndefined();
    expect(tracer).not.toHaveBeenCalled();
  });
});
