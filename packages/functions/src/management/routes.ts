import { resumeInstance, rewindInstance, suspendInstance, terminateInstance } from "./handlers/control-instance";
import { cleanEntities, deleteEntity, getEntity, listEntities, signalEntity } from "./handlers/entities";
import { exportInstance } from "./handlers/export-instance";
import { explainInstance } from "./handlers/explain-instance";
import { getStatus } from "./handlers/get-status";
import { listInstances } from "./handlers/list-instances";
import { purgeInstance, purgeInstances } from "./handlers/purge-instances";
import { raiseEvent } from "./handlers/raise-event";
import { restartOrchestration, startOrchestration } from "./handlers/start-orchestration";
import type { ManagementHandler } from "./management-call";

export interface ManagementRoute {
  readonly method: string;
  /** Segments below the base path; `:` begins a parameter. Literals compare without case. */
  readonly pattern: string;
  readonly handle: ManagementHandler;
}

/** The whole management API (contract §5.2), and what we add to it (docs/management-api.md). */
export const MANAGEMENT_ROUTES: readonly ManagementRoute[] = [
  { method: "POST", pattern: "orchestrators/:functionName", handle: startOrchestration },
  { method: "POST", pattern: "orchestrators/:functionName/:instanceId", handle: startOrchestration },
  { method: "GET", pattern: "instances/:instanceId", handle: getStatus },
  { method: "GET", pattern: "instances/:instanceId/explain", handle: explainInstance },
  { method: "GET", pattern: "instances", handle: listInstances },
  { method: "GET", pattern: "instances/:instanceId/export", handle: exportInstance },
  { method: "DELETE", pattern: "instances/:instanceId", handle: purgeInstance },
  { method: "DELETE", pattern: "instances", handle: purgeInstances },
  { method: "POST", pattern: "instances/:instanceId/raiseevent/:eventName", handle: raiseEvent },
  { method: "POST", pattern: "instances/:instanceId/terminate", handle: terminateInstance },
  { method: "POST", pattern: "instances/:instanceId/suspend", handle: suspendInstance },
  { method: "POST", pattern: "instances/:instanceId/resume", handle: resumeInstance },
  { method: "POST", pattern: "instances/:instanceId/rewind", handle: rewindInstance },
  { method: "POST", pattern: "instances/:instanceId/restart", handle: restartOrchestration },
  { method: "GET", pattern: "entities", handle: listEntities },
  { method: "GET", pattern: "entities/:name", handle: listEntities },
  { method: "GET", pattern: "entities/:name/:key", handle: getEntity },
  // Our own addition. No function can have the name: those begin with a letter.
  { method: "POST", pattern: "entities/$clean", handle: cleanEntities },
  { method: "POST", pattern: "entities/:name/:key", handle: signalEntity },
  { method: "DELETE", pattern: "entities/:name/:key", handle: deleteEntity },
];
