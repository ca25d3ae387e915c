import type { FunctionRunner, TriggerRequest } from "../../src/worker/function-runner";
import { runHttp } from "../../src/worker/run-http";

const CALL = {
  function: "f",
  invocationId: "i",
  method: "POST",
  url: "http://localhost/api/f?a=1",
  headers: { "x-a": "1" },
  params: { id: "7" },
  body: "whole" as const,
};

describe("an HTTP call of the app", () => {
  it("hands over one Request, under the names that all versions of @azure/functions since 4.2 take it by", async () => {
    let seen: TriggerRequest | undefined;
    const runner = {
      runHttp(_name: string, request: TriggerRequest) {
        seen = request;
        return Promise.resolve({ result: { status: 201 }, outputs: [] });
      },
    } as unknown as FunctionRunner;
    const reply = await runHttp(runner, CALL, new TextEncoder().encode("body"), { onOutputs: () => undefined });

    const http = seen?.triggerData["http"] as { nativeRequest: Request; undiciRequest: Request };
    expect(http.undiciRequest).toBe(http.nativeRequest);
    expect(http.nativeRequest).toMatchObject({ method: "POST", url: CALL.url });
    expect(await http.nativeRequest.text()).toBe("body");
    expect(reply.status).toBe(201);
  });
});
