/** The code of an answer of a storage service, such as `QueueNotFound`; undefined for any other error. */
export function storageErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, details } = error as { readonly code?: unknown; readonly details?: StorageErrorDetails };
  const found = code ?? details?.errorCode ?? details?.odataError?.code;
  return typeof found === "string" ? found : undefined;
}

/** The HTTP status of such an answer. */
export function storageErrorStatus(error: unknown): number | undefined {
  const status = (error as { readonly statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

interface StorageErrorDetails {
  readonly errorCode?: unknown;
  readonly odataError?: { readonly code?: unknown };
}
