import { runWithText, whyNotRunnable } from "../../src/admin/run-with-text";
import type { HostRequest } from "../../src/http/types";
import type { FunctionDescription } from "../../src/pool/function-index";
import type { TriggerInvocation } from "../../src/triggers/trigger-type";

const REASON = "This function was programmatically called via the host APIs.";

function fn(type: string): FunctionDescription {
  const trigger = { type, direction: "in", name: "trigger" } as const;
  return { name: "f", scriptFile: "f.js", bindings: { trigger }, triggerName: "trigger", trigger, disabled: true };
}

/** Runs a function of that kind; resolves to what it was run with. */
async function run(type: string, input: string) {
  const invocations: TriggerInvocation[] = [];
  const requests: { request: HostRequest; params: object; body: string }[] = [];
  await runWithText(
    {
      invoke: async (_name, invocation) => invocations.push(invocation),
      runHttp: async (_name, request, params) => {
        let body = "";
        for await (const chunk of request.body) body += Buffer.from(chunk).toString();
        requests.push({ request, params, body });
        return { status: 200, headers: [] };
      },
    },
    fn(type),
    input,
  );
  return { invocations, requests };
}

describe("a run by hand", () => {
  it("gives a timer's function a timer's value, whatever the text says [FH49]", async () => {
    const { invocations } = await run("timerTrigger", "x");
    expect(invocations).toEqual([{ triggerData: { json: expect.any(String) }, reason: REASON }]);
    expect(JSON.parse(String(invocations[0]?.triggerData["json"]))).toMatchObject({
      schedule: { adjustForDST: true },
      isPastDue: false,
    });
  });

  it.each(["queueTrigger", "activityTrigger", "warmupTrigger", "somethingTrigger"])(
    "gives the function of a %s the text",
    async (type) => {
      expect((await run(type, "42")).invocations).toEqual([{ triggerData: { string: "42" }, reason: REASON }]);
    },
  );

  it.each([
    ['{"method":"put","url":"/api/x?y=1","headers":{"X-A":"b"},"params":{"id":7},"body":{"c":1}}', "PUT", '{"c":1}'],
    ['{"url":"http://shop.example/api/x?y=1","headers":{"x-a":"b"},"params":{"id":"7"}}', "GET", ""],
    ['{"method":"","url":"/api/x?y=1","headers":{"x-a":"b"},"params":{"id":"7"},"body":"text"}', "", "text"],
  ])("makes a request for an HTTP function of %s", async (input, method, body) => {
    const [made] = (await run("httpTrigger", input)).requests;
    expect(made).toMatchObject({ body, params: { id: "7" }, request: { method, headers: { "x-a": "b" } } });
    expect(`${made?.request.url.pathname}${made?.request.url.search}`).toBe("/api/x?y=1");
  });

  it.each(["plain text", '{"order":1}', "[1]"])("posts any other text to an HTTP function (%s)", async (input) => {
    const [made] = (await run("httpTrigger", input)).requests;
    expect(made).toMatchObject({ body: input, request: { method: "POST" } });
    expect(made?.request.headers["content-length"]).toBe(String(input.length));
  });

  it("is not for what only means something as part of an instance", () => {
    expect(whyNotRunnable(fn("orchestrationTrigger"))).toContain('"f" runs only as part of an instance');
    expect(whyNotRunnable(fn("entityTrigger"))).toBeDefined();
    expect(whyNotRunnable(fn("httpTrigger"))).toBeUndefined();
  });

  it("is told what failed", async () => {
    const failing = { invoke: () => Promise.reject(new Error("no")), runHttp: () => Promise.reject(new Error("no")) };
    await expect(runWithText(failing, fn("queueTrigger"), "")).rejects.toThrow("no");
  });
});
