import { DurableHostError, type ErrorCode } from "@durable-host/engine";
import type { HostResponse } from "../http/types";
import { emptyResponse, jsonResponse } from "./responses";

const BAD_ARGUMENT = "One or more of the arguments submitted is incorrect";
const INVALID_JSON = "Invalid JSON content";
const WENT_WRONG = "Something went wrong while processing your request";
const TOO_LARGE = "The request body is larger than this host takes";

interface ErrorAnswer {
  readonly status: number;
  /** Absent: the answer has no body. */
  readonly message?: string;
  /** The .NET type that upstream names; callers written against it may look for it. */
  readonly exceptionType?: string;
}

const badArgument: ErrorAnswer = { status: 400, message: BAD_ARGUMENT, exceptionType: "System.ArgumentException" };
const wentWrong: ErrorAnswer = { status: 500, message: WENT_WRONG };

/** The one table from what the engine reports to what an HTTP caller gets (contract §5.2, docs/errors.md). */
export const ERROR_ANSWERS: Readonly<Record<ErrorCode, ErrorAnswer>> = {
  INSTANCE_NOT_FOUND: { status: 404 },
  INSTANCE_EXISTS: { status: 500, message: WENT_WRONG, exceptionType: "System.InvalidOperationException" },
  INSTANCE_ENDED: { status: 410 },
  INSTANCE_STATE: { status: 500, message: WENT_WRONG, exceptionType: "System.InvalidOperationException" },
  INSTANCE_NOT_FAILED: { status: 412, message: WENT_WRONG },
  INSTANCE_RUNNING: { status: 409, message: WENT_WRONG, exceptionType: "System.InvalidOperationException" },
  INVALID_INSTANCE_ID: badArgument,
  INVALID_ARGUMENT: badArgument,
  UNKNOWN_FUNCTION: badArgument,
  PAYLOAD_TOO_LARGE: { status: 413, message: TOO_LARGE },
  LOCK_LOST: wentWrong,
  STORAGE_TRANSIENT: { status: 503, message: WENT_WRONG },
  STORAGE_PERMANENT: wentWrong,
  STORE_IN_USE: wentWrong,
  STORE_CORRUPT: wentWrong,
  SCHEMA_TOO_NEW: wentWrong,
  CONFIG_INVALID: wentWrong,
  APP_LOAD_FAILED: wentWrong,
  WORKER_LOST: wentWrong,
  WORKER_UNAVAILABLE: { status: 503, message: WENT_WRONG },
};

/** Answers a foreseen error; `undefined` for a defect, which the caller logs before it answers `defectResponse`. */
export function errorResponse(error: unknown): HostResponse | undefined {
  if (!(error instanceof DurableHostError)) return undefined;
  const { status, message, exceptionType } = ERROR_ANSWERS[error.code];
  if (message === undefined) return emptyResponse(status);
  return errorBody(status, message, error.message, exceptionType);
}

/** The answer to an error nobody foresaw. Its text stays in the log. */
export function defectResponse(): HostResponse {
  return errorBody(500, WENT_WRONG, "The host's log has the details.");
}

export function badArgumentResponse(reason: string): HostResponse {
  return errorBody(400, BAD_ARGUMENT, reason, "System.ArgumentException");
}

export function invalidJsonResponse(reason: string): HostResponse {
  return errorBody(400, INVALID_JSON, reason);
}

export function tooLargeResponse(limit: number): HostResponse {
  return errorBody(413, TOO_LARGE, `The limit is ${limit} bytes; FUNCTIONS_REQUEST_BODY_SIZE_LIMIT raises it.`);
}

function errorBody(status: number, message: string, detail: string, exceptionType?: string): HostResponse {
  const body = { Message: message, ExceptionMessage: detail, ...(exceptionType && { ExceptionType: exceptionType }) };
  return jsonResponse(status, JSON.stringify(body));
}
