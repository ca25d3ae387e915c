import { status } from "@grpc/grpc-js";
import type { StartOptions } from "@durable-host/engine";
import { statusToProto } from "../../src/convert/runtime-status";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { wrapTime } from "../../src/proto/timestamps";
import { startInstance } from "../../src/services/start-instance";
import { aCall } from "./a-call";

/** What the hub is asked for a request. */
async function startedBy(request: pb.CreateInstanceRequest): Promise<StartOptions | undefined> {
  let seen: StartOptions | undefined;
  const call = aCall({
    async start(options) {
      seen = options;
      return options.instanceId ?? "made up";
    },
  });
  const response = await startInstance(request, call);
  expect(response.getInstanceid()).toBe(request.getInstanceid() || "made up");
  return seen;
}

function policy(...statuses: readonly Parameters<typeof statusToProto>[0][]): pb.CreateInstanceRequest {
  const replaceable = new pb.OrchestrationIdReusePolicy().setReplaceablestatusList(statuses.map(statusToProto));
  return new pb.CreateInstanceRequest().setInstanceid("a").setOrchestrationidreusepolicy(replaceable);
}

describe("a start", () => {
  it("hands on name, input, version, tags and trace context", async () => {
    const request = new pb.CreateInstanceRequest()
      .setName("order")
      .setInput(wrapText('{"a":1}'))
      .setVersion(wrapText("2.0"))
      .setParenttracecontext(new pb.TraceContext().setTraceparent("00-1-2-01"));
    request.getTagsMap().set("team", "blue");
    expect(await startedBy(request)).toMatchObject({
      name: "order",
      input: '{"a":1}',
      version: "2.0",
      tags: { team: "blue" },
      traceContext: { traceParent: "00-1-2-01" },
      replaceable: undefined,
    });
  });

  it("takes ids of 100 characters, any of them, and none longer [GR48]", async () => {
    const longest = `2026-01-01T00:00:00+01:00${"x".repeat(75)}`;
    expect(await startedBy(new pb.CreateInstanceRequest().setInstanceid(longest))).toMatchObject({
      instanceId: longest,
    });
    await expect(startedBy(new pb.CreateInstanceRequest().setInstanceid(`${longest}x`))).rejects.toMatchObject({
      status: status.INVALID_ARGUMENT,
      message: expect.stringContaining("length"),
    });
  });

  it("waits for a scheduled time that is to come; the epoch and the past mean at once [GR49]", async () => {
    const { clock } = aCall({});
    const at = (time: number) => new pb.CreateInstanceRequest().setScheduledstarttimestamp(wrapTime(time));
    expect(await startedBy(at(clock.now() + 3000))).toMatchObject({ scheduledStartTime: clock.now() + 3000 });
    expect((await startedBy(at(0)))?.scheduledStartTime).toBeUndefined();
    expect((await startedBy(at(clock.now() - 1)))?.scheduledStartTime).toBeUndefined();
  });

  it("replaces what its policy lists, which may be nothing [GR47]", async () => {
    expect((await startedBy(policy("Completed", "Failed")))?.replaceable).toEqual(new Set(["Completed", "Failed"]));
    expect((await startedBy(policy()))?.replaceable).toEqual(new Set());
    expect((await startedBy(policy("Running", "Terminated")))?.replaceable).toEqual(new Set(["Running", "Terminated"]));
  });

  it.each(["Running", "Pending", "Suspended"] as const)(
    "refuses a policy that replaces %s ones but no Terminated ones [GR47]",
    async (runtimeStatus) => {
      await expect(startedBy(policy(runtimeStatus, "Completed"))).rejects.toMatchObject({
        status: status.INVALID_ARGUMENT,
        message: expect.stringContaining(
          "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances",
        ),
      });
    },
  );
});
