import { DurableHostError } from "@durable-host/engine";

/** Something in the connection string, or in what it points at, that only a person can put right. */
export function configInvalid(message: string, cause?: unknown): DurableHostError {
  return new DurableHostError("CONFIG_INVALID", message, cause === undefined ? undefined : { cause });
}
