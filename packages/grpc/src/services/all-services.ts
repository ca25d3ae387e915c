import type { ServerWritableStream } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { pb } from "../proto/messages";
import { serveHubless, serveStream, serveUnary, type Serving } from "../server/serve-call";
import type { ITaskHubSidecarServiceServer } from "../server/service-definition";
import type { Connections } from "../server/connections";
import type { Call } from "./call";
import {
  raiseEvent,
  restartInstance,
  resumeInstance,
  rewindInstance,
  suspendInstance,
  terminateInstance,
} from "./control-instance";
import { cleanEntityStorage, getEntity, queryEntities, signalEntity } from "./entities";
import { getInstance, waitForInstanceCompletion, waitForInstanceStart } from "./get-instance";
import { getWorkItems } from "./get-work-items";
import { listInstanceIds } from "./list-instance-ids";
import { purgeInstances } from "./purge-instances";
import { queryInstances } from "./query-instances";
import { startInstance } from "./start-instance";
import { streamHistory } from "./stream-history";
import { createTaskHub, deleteTaskHub, skipGracefulTerminations } from "./task-hubs";
import {
  abandonActivity,
  abandonEntity,
  abandonOrchestration,
  completeActivity,
  completeEntity,
  completeOrchestration,
} from "./work-items";

/** All calls of the protocol (contract §2). */
export function allServices(serving: Serving, connections: Connections): ITaskHubSidecarServiceServer {
  return {
    hello: serveHubless(serving, () => new Empty()),
    startInstance: serveUnary(serving, startInstance),
    getInstance: serveUnary(serving, getInstance),
    rewindInstance: serveUnary(serving, rewindInstance),
    restartInstance: serveUnary(serving, restartInstance),
    waitForInstanceStart: serveUnary(serving, waitForInstanceStart),
    waitForInstanceCompletion: serveUnary(serving, waitForInstanceCompletion),
    raiseEvent: serveUnary(serving, raiseEvent),
    terminateInstance: serveUnary(serving, terminateInstance),
    suspendInstance: serveUnary(serving, suspendInstance),
    resumeInstance: serveUnary(serving, resumeInstance),
    queryInstances: serveUnary(serving, queryInstances),
    listInstanceIds: serveUnary(serving, listInstanceIds),
    purgeInstances: serveUnary(serving, purgeInstances),
    getWorkItems: serveStream(serving, (stream, call) => getWorkItems(stream, call, connections)),
    completeActivityTask: serveUnary(serving, completeActivity),
    completeOrchestratorTask: serveUnary(serving, completeOrchestration),
    completeEntityTask: serveUnary(serving, completeEntity),
    streamInstanceHistory: serveStream(serving, sendHistory),
    createTaskHub: serveUnary(serving, createTaskHub),
    deleteTaskHub: serveUnary(serving, deleteTaskHub),
    signalEntity: serveUnary(serving, signalEntity),
    getEntity: serveUnary(serving, getEntity),
    queryEntities: serveUnary(serving, queryEntities),
    cleanEntityStorage: serveUnary(serving, cleanEntityStorage),
    abandonTaskActivityWorkItem: serveUnary(serving, abandonActivity),
    abandonTaskOrchestratorWorkItem: serveUnary(serving, abandonOrchestration),
    abandonTaskEntityWorkItem: serveUnary(serving, abandonEntity),
    skipGracefulOrchestrationTerminations: serveUnary(serving, skipGracefulTerminations),
  };
}

async function sendHistory(
  stream: ServerWritableStream<pb.StreamInstanceHistoryRequest, pb.HistoryChunk>,
  call: Call,
): Promise<void> {
  for (const chunk of await streamHistory(stream.request, call)) stream.write(chunk);
  stream.end();
}
