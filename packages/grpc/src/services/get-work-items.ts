import type { ServerWritableStream } from "@grpc/grpc-js";
import type { pb } from "../proto/messages";
import type { Connections } from "../server/connections";
import { stoppingFailure } from "../server/serve-call";
import { firstValue, userAgent, type Call } from "./call";
import { callStatus } from "./call-status";

type WorkItemStream = ServerWritableStream<pb.GetWorkItemsRequest, pb.WorkItem>;

/** Joins a worker's stream and the workers of its hub; the stream stays open until one of the two ends it (contract §3). */
export async function getWorkItems(stream: WorkItemStream, { hub }: Call, connections: Connections): Promise<void> {
  if (stream.cancelled) return;
  const peer = stream.getPeer();
  const worker = {
    // Some SDKs send none: one connection is then one worker.
    workerId: firstValue(stream.metadata, "workerid") || peer,
    userAgent: userAgent(stream.metadata),
  };
  let isOpen = true;
  const connected = hub.workers.connect(stream.request, worker, {
    send(item) {
      if (isOpen) stream.write(item);
    },
    close() {
      if (!isOpen) return;
      const { code, details } = callStatus(stoppingFailure());
      stream.emit("error", { code, details });
    },
  });
  stream.once("cancelled", () => {
    isOpen = false;
    connected.ended("cancelled");
    connections.onEnd(peer, () => connected.ended("broken"));
  });
}
