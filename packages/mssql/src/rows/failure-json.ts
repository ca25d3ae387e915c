import type { FailureDetails } from "@durable-host/engine";

/** Failure details as Microsoft's provider writes them: its names, nothing for null (contract §3.5). */
export function failureJson(details: FailureDetails): string {
  return JSON.stringify(wireOf(details));
}

/**
 * Reads failure details; undefined when the text is something else, such as the message or the serialized exception of
 * the legacy form.
 */
export function parseFailureJson(text: string | null): FailureDetails | undefined {
  if (!text?.startsWith("{")) return undefined;
  try {
    return detailsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function wireOf(details: FailureDetails): Record<string, unknown> {
  const { errorType, errorMessage, stackTrace, innerFailure, isNonRetriable, properties } = details;
  return {
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    ...(stackTrace !== null && { StackTrace: stackTrace }),
    ...(innerFailure !== null && { InnerFailure: wireOf(innerFailure) }),
    IsNonRetriable: isNonRetriable,
    ...(properties !== null && { Properties: properties }),
  };
}

function detailsOf(value: unknown): FailureDetails | undefined {
  if (!isRecord(value) || typeof value["ErrorType"] !== "string") return undefined;
  const { ErrorMessage, StackTrace, InnerFailure, IsNonRetriable, Properties } = value;
  return {
    errorType: value["ErrorType"],
    errorMessage: typeof ErrorMessage === "string" ? ErrorMessage : "",
    stackTrace: typeof StackTrace === "string" ? StackTrace : null,
    innerFailure: detailsOf(InnerFailure) ?? null,
    isNonRetriable: IsNonRetriable === true,
    properties: isRecord(Properties) ? Properties : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
