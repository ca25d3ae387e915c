import { RUNTIME_STATUSES, type InstanceState } from "@durable-host/engine";
import { BUILT_AT } from "@durable-host/testkit";
import { instanceToProto } from "../../src/convert/instance-state";
import { statusFromProto, statusToProto } from "../../src/convert/runtime-status";
import { traceFromProto } from "../../src/convert/trace-context";
import { pb } from "../../src/proto/messages";
import { laterTimeOf, timeOf, wrapTime } from "../../src/proto/timestamps";
import { onTheWire } from "./on-the-wire";

const instance: InstanceState = {
  instanceId: "o",
  executionId: "e",
  name: "order",
  version: "1",
  runtimeStatus: "Completed",
  input: "0",
  output: "",
  customStatus: '"half"',
  parentInstanceId: "p",
  tags: { a: "b" },
  createdAt: BUILT_AT,
  lastUpdatedAt: BUILT_AT + 1,
  completedAt: BUILT_AT + 2,
};

function millis(time: { toDate(): Date } | undefined): number | undefined {
  return time?.toDate().getTime();
}

describe("an instance", () => {
  it("is shown with all that is known of it", () => {
    const state = onTheWire(instanceToProto(instance, true));

    expect(state.getOrchestrationstatus()).toBe(pb.OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED);
    expect([state.getInput(), state.getOutput(), state.getCustomstatus()].map((text) => text?.getValue())).toEqual([
      "0",
      "",
      '"half"',
    ]);
    expect(
      [state.getCreatedtimestamp(), state.getLastupdatedtimestamp(), state.getCompletedtimestamp()].map(millis),
    ).toEqual([BUILT_AT, BUILT_AT + 1, BUILT_AT + 2]);
    expect(state.getParentinstanceid()?.getValue()).toBe("p");
    expect(state.getExecutionid()?.getValue()).toBe("e");
    expect(state.getTagsMap().toArray()).toEqual([["a", "b"]]);
    expect(state.hasFailuredetails()).toBe(false);
  });

  it("has no payloads where they are not asked for [GR52]", () => {
    const failed = { ...instance, runtimeStatus: "Failed", output: "why" } as const;
    const state = onTheWire(instanceToProto(failed, false));

    expect([state.hasInput(), state.hasOutput(), state.hasCustomstatus(), state.hasFailuredetails()]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("says why it has failed, in words where there is nothing else", () => {
    const state = instanceToProto({ ...instance, runtimeStatus: "Failed", output: "why" }, true);

    expect(state.getFailuredetails()?.getErrormessage()).toBe("why");
  });

  it.each(RUNTIME_STATUSES)("can be %s", (status) => {
    expect(statusFromProto(statusToProto(status))).toBe(status);
  });

  it("has no status that the protocol does not know", () => {
    expect(statusFromProto(99 as pb.OrchestrationStatus)).toBeUndefined();
  });
});

describe("times", () => {
  it("are whole milliseconds, never early", () => {
    expect(timeOf(wrapTime(BUILT_AT + 0.25))).toBe(BUILT_AT + 1);
    expect(timeOf(wrapTime(BUILT_AT))).toBe(BUILT_AT);
    expect(timeOf(wrapTime(-1))).toBe(-1);
    expect(timeOf(undefined)).toBeUndefined();
  });

  it("of the epoch mean now", () => {
    expect(laterTimeOf(wrapTime(0))).toBeUndefined();
    expect(laterTimeOf(wrapTime(5))).toBe(5);
  });
});

describe("a trace context", () => {
  it("is none without a parent", () => {
    expect(traceFromProto(undefined)).toBeUndefined();
    expect(traceFromProto(new pb.TraceContext())).toBeUndefined();
  });
});
