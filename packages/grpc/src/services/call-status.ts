import { status, type ServiceError } from "@grpc/grpc-js";
import { DurableHostError, errorText, type ErrorCode } from "@durable-host/engine";
import { AccessDenied } from "../server/access/access-control";

/** An answer other than OK that a service decides on itself. */
export class CallFailure extends Error {
  readonly status: status;

  constructor(code: status, message: string) {
    super(message);
    this.status = code;
  }
}

/**
 * The status of each foreseen error, as the SDKs turn it into their exceptions (contract §1.5). Clients try UNAVAILABLE again,
 * and workers also INTERNAL and UNKNOWN: none of them stands for something that will not change by itself.
 */
const STATUS_OF: Readonly<Record<ErrorCode, status>> = {
  INSTANCE_NOT_FOUND: status.NOT_FOUND,
  INSTANCE_EXISTS: status.ALREADY_EXISTS,
  INSTANCE_ENDED: status.FAILED_PRECONDITION,
  INSTANCE_STATE: status.FAILED_PRECONDITION,
  INSTANCE_NOT_FAILED: status.FAILED_PRECONDITION,
  INSTANCE_RUNNING: status.FAILED_PRECONDITION,
  INVALID_INSTANCE_ID: status.INVALID_ARGUMENT,
  INVALID_ARGUMENT: status.INVALID_ARGUMENT,
  UNKNOWN_FUNCTION: status.INVALID_ARGUMENT,
  PAYLOAD_TOO_LARGE: status.INVALID_ARGUMENT,
  LOCK_LOST: status.NOT_FOUND,
  STORAGE_TRANSIENT: status.UNAVAILABLE,
  STORAGE_PERMANENT: status.INTERNAL,
  STORE_IN_USE: status.INTERNAL,
  STORE_CORRUPT: status.INTERNAL,
  SCHEMA_TOO_NEW: status.INTERNAL,
  CONFIG_INVALID: status.INTERNAL,
  APP_LOAD_FAILED: status.INTERNAL,
  WORKER_LOST: status.UNAVAILABLE,
  WORKER_UNAVAILABLE: status.UNAVAILABLE,
};

/** What the caller is told of an error. A defect says nothing of itself: it is in the log. */
export interface CallStatus extends Pick<ServiceError, "code" | "details"> {
  /** Nobody foresaw it. */
  readonly isDefect: boolean;
}

/** The one table from errors to gRPC statuses. */
export function callStatus(error: unknown): CallStatus {
  if (error instanceof CallFailure) return { code: error.status, details: error.message, isDefect: false };
  if (error instanceof AccessDenied) {
    const code = error.reason === "forbidden" ? status.PERMISSION_DENIED : status.UNAUTHENTICATED;
    return { code, details: error.message, isDefect: false };
  }
  if (error instanceof DurableHostError) {
    return { code: STATUS_OF[error.code], details: errorText(error), isDefect: false };
  }
  return { code: status.INTERNAL, details: "The server failed to do this; its log says why.", isDefect: true };
}
