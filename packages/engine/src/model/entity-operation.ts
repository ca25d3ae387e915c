import type { EntityId } from "./instance-id";
import type { JsonText } from "./json-text";

/** One operation of an entity batch: a signal (one way) or a call (answered). */
export interface EntityOperation {
  readonly name: string;
  readonly input: JsonText | null;
  readonly isSignal: boolean;
}

/** Outcome of one operation; `result` is JSON, for an error the JSON of what was thrown. */
export interface EntityOperationResult {
  readonly isError: boolean;
  readonly result: JsonText | null;
}

/** A signal that an entity sends to another entity. */
export interface EntitySignal {
  readonly target: EntityId;
  readonly name: string;
  readonly input: JsonText | null;
}
