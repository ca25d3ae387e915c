import { status } from "@grpc/grpc-js";
import { randomIds, systemClock } from "@durable-host/engine";
import { silentLogger, waitUntil } from "@durable-host/testkit";
import { pb } from "../../src/proto/messages";
import { createHubWorkers } from "../../src/work/create-hub-workers";
import { aTask, never } from "../work/fake-worker";
import { headersOf, OpenServer } from "./open-server";
import { directoryOf, scriptedHub } from "./scripted-hub";

let server: OpenServer | undefined;
afterEach(() => server?.stop());

describe("a worker whose gRPC library takes messages of 4 MB", () => {
  it("loses three streams upon a larger one, and then its work fails with a word on the size", async () => {
    const versionOf = async () => undefined;
    const workers = createHubWorkers({ clock: systemClock, ids: randomIds, logger: silentLogger, versionOf });
    server = await OpenServer.start({ hubs: directoryOf({ ...scriptedHub("default"), workers }) });
    const client = server.client();
    const ends: (status | undefined)[] = [];
    const connect = (): void => {
      const stream = client.getWorkItems(new pb.GetWorkItemsRequest(), headersOf({ workerid: "limited" }));
      stream.on("data", () => undefined);
      stream.on("error", (error) => {
        ends.push("code" in error ? (error.code as status) : undefined);
        if (ends.at(-1) === status.RESOURCE_EXHAUSTED) connect();
      });
    };
    connect();
    await waitUntil("the worker is connected", async () => workers.describe()[0]);
    const input = JSON.stringify("x".repeat(6_000_000));

    await expect(workers.executor.executeActivity(aTask("echo", { input }), never())).resolves.toMatchObject({
      type: "Failed",
      failureDetails: { errorType: "MessageTooLarge", errorMessage: expect.stringContaining("has 5.7 MB") },
    });
    expect(ends).toEqual([status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED]);
  });
});
