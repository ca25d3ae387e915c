import type { EntityBatch } from "@durable-host/engine";
import { BUILT_AT } from "@durable-host/testkit";
import {
  batchFailure,
  entityBatchToOldProto,
  entityBatchToProto,
  entityResultFromProto,
} from "../../src/convert/entity-batch";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { wrapTime } from "../../src/proto/timestamps";
import { onTheWire } from "./on-the-wire";

const GUID = "00000000-0000-4000-8000-000000000001";
const MADE = "00000000-0000-4000-8000-00000000000f";
const ids = { newId: () => "0af7651916cd43dd8448eb211c80319c", newGuid: () => MADE };

const batch: EntityBatch = {
  entity: { name: "Counter", key: "Key" },
  exists: true,
  state: "5",
  operations: [
    { name: "add", input: "1", isSignal: false, id: GUID, caller: { instanceId: "o", executionId: "e" } },
    { name: "tell", input: null, isSignal: true, id: "no guid" },
    { name: "get", input: null, isSignal: false },
  ],
};

describe("an entity batch", () => {
  it("is a request with one event for each operation, named by GUIDs, and who waits for calls [GR66]", () => {
    const request = onTheWire(entityBatchToProto(batch, ids, BUILT_AT));

    expect(request.getInstanceid()).toBe("@counter@Key");
    expect(request.getEntitystate()?.getValue()).toBe("5");
    const [add, tell, get] = request.getOperationrequestsList();
    const called = add?.getEntityoperationcalled();
    expect([called?.getRequestid(), called?.getOperation(), called?.getInput()?.getValue()]).toEqual([
      GUID,
      "add",
      "1",
    ]);
    expect([called?.getParentinstanceid()?.getValue(), called?.getParentexecutionid()?.getValue()]).toEqual(["o", "e"]);
    expect(tell?.getEntityoperationsignaled()?.getRequestid()).toBe(MADE);
    expect(tell?.getEntityoperationsignaled()?.hasInput()).toBe(false);
    expect(get?.getEntityoperationcalled()?.getParentinstanceid()?.getValue()).toBe("");
    expect([add, tell, get].every((event) => event?.hasTimestamp())).toBe(true);
  });

  it("has a state exactly when the entity exists", () => {
    const stateOf = (exists: boolean, state: string | null): string | undefined =>
      onTheWire(entityBatchToProto({ ...batch, exists, state }, ids, BUILT_AT))
        .getEntitystate()
        ?.getValue();

    expect([stateOf(false, null), stateOf(true, ""), stateOf(true, null)]).toEqual([undefined, "", "null"]);
  });

  it("has the older form where no stream carries it [GR73]", () => {
    const traceContexts = batch.operations.map((_, index) => ({
      traceParent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333${index}-01`,
    }));
    const request = onTheWire(entityBatchToOldProto({ ...batch, traceContexts }, ids));

    expect(request.getEntitystate()?.getValue()).toBe("5");
    expect(request.getOperationsList().map((each) => each.getOperation())).toEqual(["add", "tell", "get"]);
    expect(request.getOperationsList()[1]?.getRequestid()).toBe(MADE);
    expect(request.getOperationsList()[2]?.getTracecontext()?.getSpanid()).toBe("b7ad6b7169203332");
  });
});

describe("the outcome of an entity batch", () => {
  it("has results and failures in order; without a state the entity is gone [GR60, GR61, GR67]", () => {
    const failure = new pb.TaskFailureDetails().setErrortype("RangeError").setErrormessage("too much");
    const result = new pb.EntityBatchResult().setResultsList([
      new pb.OperationResult().setSuccess(new pb.OperationResultSuccess().setResult(wrapText("6"))),
      new pb.OperationResult().setFailure(new pb.OperationResultFailure().setFailuredetails(failure)),
      new pb.OperationResult().setSuccess(new pb.OperationResultSuccess()),
    ]);

    expect(entityResultFromProto(onTheWire(result))).toEqual({
      results: [
        { isError: false, result: "6" },
        {
          isError: true,
          result: '"too much"',
          failureDetails: {
            errorType: "RangeError",
            errorMessage: "too much",
            stackTrace: null,
            innerFailure: null,
            isNonRetriable: false,
            properties: null,
          },
        },
        { isError: false, result: null },
      ],
      signals: [],
      exists: false,
      state: null,
    });
    expect(entityResultFromProto(result.setEntitystate(wrapText("")))).toMatchObject({ exists: true, state: "" });
  });

  it("sends signals and starts orchestrations, with or without ids and times [GR64, GR65]", () => {
    const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const signal = new pb.SendSignalAction()
      .setInstanceid("@other@k")
      .setName("tell")
      .setInput(wrapText("1"))
      .setScheduledtime(wrapTime(BUILT_AT))
      .setParenttracecontext(new pb.TraceContext().setTraceparent(traceParent));
    const start = new pb.StartNewOrchestrationAction()
      .setName("order")
      .setInstanceid("explicit")
      .setVersion(wrapText("2"))
      .setScheduledtime(wrapTime(BUILT_AT));
    const actions = [
      new pb.OperationAction().setId(1).setSendsignal(signal),
      new pb.OperationAction().setId(2).setStartneworchestration(start),
      new pb.OperationAction().setId(3).setStartneworchestration(new pb.StartNewOrchestrationAction().setName("any")),
      new pb.OperationAction().setId(4).setSendsignal(new pb.SendSignalAction().setInstanceid("nobody")),
    ];

    expect(entityResultFromProto(onTheWire(new pb.EntityBatchResult().setActionsList(actions)))).toMatchObject({
      signals: [
        {
          target: { name: "other", key: "k" },
          name: "tell",
          input: "1",
          dueAt: BUILT_AT,
          traceContext: { traceParent },
        },
      ],
      starts: [
        { name: "order", instanceId: "explicit", version: "2", input: null, scheduledTime: BUILT_AT },
        { name: "any", input: null },
      ],
    });
  });

  it("counts for nothing when the worker itself has failed", () => {
    const failure = new pb.TaskFailureDetails().setErrormessage("no such entity class");

    expect(batchFailure(new pb.EntityBatchResult().setFailuredetails(failure))).toBe("no such entity class");
    expect(batchFailure(new pb.EntityBatchResult().setResultsList([new pb.OperationResult()]))).toBeUndefined();
  });
});
