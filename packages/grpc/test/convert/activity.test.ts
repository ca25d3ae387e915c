import { anActivityTask } from "@durable-host/testkit";
import { activityFromProto, activityToProto } from "../../src/convert/activity";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { onTheWire } from "./on-the-wire";

describe("an activity", () => {
  it("is asked for with its execution, task id, tags and trace context [GR41]", () => {
    const traceContext = { traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    const task = anActivityTask("o", 3, { version: "2", tags: { a: "b" }, traceContext });
    const request = onTheWire(activityToProto(task));

    expect(request.getName()).toBe("ship");
    expect(request.getVersion()?.getValue()).toBe("2");
    expect(request.getTaskid()).toBe(3);
    expect(request.getOrchestrationinstance()?.getExecutionid()?.getValue()).toBe("o-e1");
    expect(request.getTagsMap().toArray()).toEqual([["a", "b"]]);
    expect(request.getParenttracecontext()?.getTraceparent()).toBe(traceContext.traceParent);
  });

  it.each([[null], [""], ["null"], ["0"], ["false"], ['""']])("takes and returns %j as it is [GR26]", (text) => {
    const request = onTheWire(activityToProto(anActivityTask("o", 0, { input: text })));
    expect(request.getInput()?.getValue() ?? null).toBe(text);

    const response = onTheWire(new pb.ActivityResponse().setResult(wrapText(text)));
    expect(activityFromProto(response)).toEqual({ type: "Completed", result: text });
  });

  it("passes tokens of payloads that are kept elsewhere on unchanged [GR70]", () => {
    const token = "blob:v2:https://store.example/payloads/Ab%20c";
    expect(
      activityToProto(anActivityTask("o", 0, { input: token }))
        .getInput()
        ?.getValue(),
    ).toBe(token);
    expect(activityFromProto(new pb.ActivityResponse().setResult(wrapText(token)))).toMatchObject({ result: token });
  });

  it("fails in words for functions apps and as data for SDKs [GR27]", () => {
    const failure = new pb.TaskFailureDetails()
      .setErrortype("TypeError")
      .setErrormessage("not it")
      .setStacktrace(wrapText("at ship"))
      .setIsnonretriable(true);

    expect(activityFromProto(onTheWire(new pb.ActivityResponse().setFailuredetails(failure)))).toEqual({
      type: "Failed",
      reason: "not it",
      details: "at ship",
      failureDetails: {
        errorType: "TypeError",
        errorMessage: "not it",
        stackTrace: "at ship",
        innerFailure: null,
        isNonRetriable: true,
        properties: null,
      },
    });
  });
});
