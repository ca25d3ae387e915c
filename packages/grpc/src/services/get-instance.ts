import { instanceKind, isTerminal, type InstanceState } from "@durable-host/engine";
import { instanceToProto } from "../convert/instance-state";
import { pb } from "../proto/messages";
import type { Call, UnaryService } from "./call";
import { pause, untilAborted } from "./until-aborted";

type GetService = UnaryService<pb.GetInstanceRequest, pb.GetInstanceResponse>;

/** A wait for what does not exist: it may be about to be created, by an entity for one (contract §8.2). */
const CREATION_MS = 3_000;
/** The task hub is asked to wait again and again, because callers wait for as long as they like; in between, a moment. */
const WAIT_MS = 60_000;
const PAUSE_MS = 100;

/** What is missing is an answer, not an error. Entities are asked for in other ways. */
export const getInstance: GetService = async (request, { hub }) =>
  response(request, isOrchestration(request) ? await hub.taskHub.getInstance(request.getInstanceid()) : undefined);

/** Answers when the first episode has been committed: a status other than Pending. */
export const waitForInstanceStart: GetService = (request, call) =>
  wait(request, call, (instanceId, timeoutMs) => call.hub.taskHub.waitForStart(instanceId, timeoutMs), hasStarted);

export const waitForInstanceCompletion: GetService = (request, call) =>
  wait(request, call, (instanceId, timeoutMs) => call.hub.taskHub.waitForCompletion(instanceId, timeoutMs), hasEnded);

async function wait(
  request: pb.GetInstanceRequest,
  { clock, signal }: Call,
  ask: (instanceId: string, timeoutMs: number) => Promise<InstanceState | undefined>,
  isEnough: (instance: InstanceState) => boolean,
): Promise<pb.GetInstanceResponse> {
  if (!isOrchestration(request)) return response(request, undefined);
  const instanceId = request.getInstanceid();
  const creationDeadline = clock.now() + CREATION_MS;
  for (;;) {
    const isExpected = clock.now() < creationDeadline;
    const instance = await untilAborted(signal, ask(instanceId, WAIT_MS));
    if (instance ? isEnough(instance) : !isExpected) return response(request, instance);
    await untilAborted(signal, pause(clock, PAUSE_MS));
  }
}

function hasStarted({ runtimeStatus }: InstanceState): boolean {
  return runtimeStatus !== "Pending";
}

function hasEnded({ runtimeStatus }: InstanceState): boolean {
  return isTerminal(runtimeStatus);
}

function isOrchestration(request: pb.GetInstanceRequest): boolean {
  return instanceKind(request.getInstanceid()) === "orchestration";
}

function response(request: pb.GetInstanceRequest, instance: InstanceState | undefined): pb.GetInstanceResponse {
  if (!instance) return new pb.GetInstanceResponse().setExists(false);
  const state = instanceToProto(instance, request.getGetinputsandoutputs());
  return new pb.GetInstanceResponse().setExists(true).setOrchestrationstate(state);
}
