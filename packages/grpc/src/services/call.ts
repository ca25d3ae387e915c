import type { ServerUnaryCall } from "@grpc/grpc-js";
import type { Clock } from "@durable-host/engine";
import type { HubRuntime } from "../hubs";

/**
 * How strict control operations are (contract §16.4): the clients of `durable-functions` tell a user that an instance has ended,
 * those of the scheduler let it pass.
 */
export type Profile = "scheduler" | "functions";

/** What a service needs to know of a call beside its request. */
export interface Call {
  readonly hub: HubRuntime;
  readonly profile: Profile;
  readonly clock: Clock;
  /** Aborted when the caller waits no longer, or the server stops. */
  readonly signal: AbortSignal;
}

/** Answers one kind of call. Rejects with what `callStatus` knows. */
export type UnaryService<Request, Response> = (request: Request, call: Call) => Promise<Response>;

/** `taskhub`, or the name that the listener of the Functions host has for it (contract §1.3). */
const HUB_HEADERS = ["taskhub", "durable-taskhub"];
const USER_AGENT = "x-user-agent";
const FUNCTIONS_CLIENT = /^durable-functions\//i;

type CallMetadata = ServerUnaryCall<unknown, unknown>["metadata"];

/** The hub a call names; undefined: none. */
export function hubName(metadata: CallMetadata): string | undefined {
  for (const header of HUB_HEADERS) {
    const name = firstValue(metadata, header);
    if (name !== "") return name;
  }
  return undefined;
}

export function userAgent(metadata: CallMetadata): string {
  return firstValue(metadata, USER_AGENT);
}

export function profileOf(metadata: CallMetadata): Profile {
  return FUNCTIONS_CLIENT.test(userAgent(metadata)) ? "functions" : "scheduler";
}

/** The first value of a header; empty when there is none. */
export function firstValue(metadata: CallMetadata, name: string): string {
  return metadata.get(name)[0]?.toString().trim() ?? "";
}
