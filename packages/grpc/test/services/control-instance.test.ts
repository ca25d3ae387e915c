import { status } from "@grpc/grpc-js";
import { DurableHostError, type ErrorCode } from "@durable-host/engine";
import { pb } from "../../src/proto/messages";
import { callStatus } from "../../src/services/call-status";
import type { Profile } from "../../src/services/call";
import {
  raiseEvent,
  restartInstance,
  resumeInstance,
  rewindInstance,
  suspendInstance,
  terminateInstance,
} from "../../src/services/control-instance";
import { aCall } from "./a-call";

const fail = (code: ErrorCode) => async (): Promise<never> => {
  throw new DurableHostError(code, "The instance 'a' is Completed.");
};

/** The status of an operation on a hub that rejects with this code. */
async function statusOf(operation: "raise" | "terminate" | "suspend" | "resume", code: ErrorCode, profile: Profile) {
  const reject = fail(code);
  const call = aCall({ raiseEvent: reject, terminate: reject, suspend: reject, resume: reject }, { profile });
  const operations = {
    raise: () => raiseEvent(new pb.RaiseEventRequest(), call),
    terminate: () => terminateInstance(new pb.TerminateRequest(), call),
    suspend: () => suspendInstance(new pb.SuspendRequest(), call),
    resume: () => resumeInstance(new pb.ResumeRequest(), call),
  };
  try {
    await operations[operation]();
    return status.OK;
  } catch (error) {
    return callStatus(error).code;
  }
}

describe("an operation that comes too late", () => {
  it.each([
    ["raise", "INSTANCE_ENDED", status.FAILED_PRECONDITION],
    ["terminate", "INSTANCE_ENDED", status.FAILED_PRECONDITION],
    ["suspend", "INSTANCE_ENDED", status.UNKNOWN],
    ["suspend", "INSTANCE_STATE", status.UNKNOWN],
    ["resume", "INSTANCE_ENDED", status.UNKNOWN],
    ["resume", "INSTANCE_STATE", status.UNKNOWN],
  ] as const)("%s (%s) passes for the scheduler and is told to durable-functions", async (operation, code, strict) => {
    expect(await statusOf(operation, code, "scheduler")).toBe(status.OK);
    expect(await statusOf(operation, code, "functions")).toBe(strict);
  });

  it.each(["raise", "terminate", "suspend", "resume"] as const)(
    "%s on a missing instance is NOT_FOUND",
    async (each) => {
      expect(await statusOf(each, "INSTANCE_NOT_FOUND", "scheduler")).toBe(status.NOT_FOUND);
      expect(await statusOf(each, "INSTANCE_NOT_FOUND", "functions")).toBe(status.NOT_FOUND);
    },
  );
});

describe("rewind and restart", () => {
  it("rewinds only what has failed, in words that SDKs look for [GR54]", async () => {
    const call = aCall({ rewind: fail("INSTANCE_NOT_FAILED") });
    await expect(rewindInstance(new pb.RewindInstanceRequest(), call)).rejects.toMatchObject({
      status: status.FAILED_PRECONDITION,
      message: expect.stringContaining("not allowed"),
    });
  });

  it("answers the id a restart goes on under, and does not restart what runs under its own [GR53]", async () => {
    const call = aCall({ restart: async (id, isNew) => (isNew ? "new" : fail("INSTANCE_EXISTS")()) });
    const request = new pb.RestartInstanceRequest().setInstanceid("a");
    await expect(restartInstance(request, call)).rejects.toMatchObject({ status: status.FAILED_PRECONDITION });
    expect((await restartInstance(request.setRestartwithnewinstanceid(true), call)).getInstanceid()).toBe("new");
  });
});
