import {
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import type { Clock, Logger } from "@durable-host/engine";
import type { HubDirectory, HubRuntime } from "../hubs";
import { hubName, profileOf, type Call, type UnaryService } from "../services/call";
import { callStatus, CallFailure } from "../services/call-status";
import { requireAccess, type AccessCheck } from "./access/access-control";

/** What all calls of a server share. */
export interface Serving {
  readonly hubs: HubDirectory;
  /** Empty: everybody is let in. */
  readonly checks: readonly AccessCheck[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the server stops, with what callers are told. */
  readonly stopping: AbortSignal;
}

type AnyCall = Pick<ServerUnaryCall<unknown, unknown>, "metadata" | "cancelled" | "on" | "getPath">;

/** A service as gRPC calls it: finds the hub, checks access, turns errors into statuses. */
export function serveUnary<Request, Response>(
  serving: Serving,
  service: UnaryService<Request, Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) =>
    void settle(serving, call, callback, async () => service(call.request, await open(serving, call)));
}

/** The same for a service without a hub. */
export function serveHubless<Request, Response>(
  serving: Serving,
  answer: () => Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) =>
    void settle(serving, call, callback, async () => {
      await requireAccess(serving.checks, call.metadata);
      return answer();
    });
}

/** The same for a service that answers with a stream, which it ends or leaves open itself. */
export function serveStream<Request, Response>(
  serving: Serving,
  service: (stream: ServerWritableStream<Request, Response>, call: Call) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (stream) => {
    // Of a client that is gone: nobody is left to be told.
    stream.on("error", () => undefined);
    open(serving, stream)
      .then((call) => service(stream, call))
      .catch((error: unknown) => stream.emit("error", failure(serving, stream, error)));
  };
}

/** What ends a stream or a wait when the server stops; workers and clients come back by themselves. */
export function stoppingFailure(): CallFailure {
  return new CallFailure(status.UNAVAILABLE, "The scheduler is stopping.");
}

async function settle<Response>(
  serving: Serving,
  call: AnyCall,
  callback: sendUnaryData<Response>,
  answer: () => Promise<Response>,
): Promise<void> {
  let response: Response;
  try {
    response = await answer();
  } catch (error) {
    callback(failure(serving, call, error));
    return;
  }
  callback(null, response);
}

async function open(serving: Serving, call: AnyCall): Promise<Call> {
  await requireAccess(serving.checks, call.metadata);
  if (serving.stopping.aborted) throw serving.stopping.reason;
  const hub = await findHub(serving, hubName(call.metadata));
  return new OpenCall(serving, hub, call);
}

async function findHub({ hubs }: Serving, name: string | undefined): Promise<HubRuntime> {
  const hub = await hubs.find(name);
  if (hub) return hub;
  const text = name === undefined ? "This server has no default task hub." : `There is no task hub '${name}' here.`;
  throw new CallFailure(status.NOT_FOUND, text);
}

/** Most calls never wait, so the signal is made only for those that ask for it. */
class OpenCall implements Call {
  readonly hub: HubRuntime;
  readonly clock: Clock;
  readonly #serving: Serving;
  readonly #call: AnyCall;
  #signal: AbortSignal | undefined;

  constructor(serving: Serving, hub: HubRuntime, call: AnyCall) {
    this.hub = hub;
    this.clock = serving.clock;
    this.#serving = serving;
    this.#call = call;
  }

  get profile(): Call["profile"] {
    return profileOf(this.#call.metadata);
  }

  get signal(): AbortSignal {
    return (this.#signal ??= AbortSignal.any([this.#serving.stopping, cancellation(this.#call)]));
  }
}

function cancellation(call: AnyCall): AbortSignal {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new CallFailure(status.CANCELLED, "The caller waits no longer."));
  if (call.cancelled) cancel();
  else call.on("cancelled", cancel);
  return controller.signal;
}

function failure(
  { logger }: Serving,
  call: AnyCall,
  error: unknown,
): Pick<ReturnType<typeof callStatus>, "code" | "details"> {
  const { code, details, isDefect } = callStatus(error);
  if (isDefect) logger.error(`${call.getPath()} could not be answered.`, { error });
  else if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED) {
    logger.warn(`${call.getPath()} was refused: ${details}`);
  }
  return { code, details };
}
