import { DurableHostError } from "../errors";
import type { HistoryEvent } from "./history-event";
import type { InstanceState } from "./instance";

/** Says what a JSON document is, before anything else in it is believed. */
export const EXPORT_FORMAT = "durable-host-history";

/** Raised when a reader of the version before would misunderstand what is written now. */
export const EXPORT_VERSION = 1;

/** An instance with the history of its newest execution, as the store has them: nothing left out, times in milliseconds. */
export interface ExportedInstance extends InstanceState {
  readonly history: readonly HistoryEvent[];
}

/** Recorded instances as a file: what `durable-host instances export` writes and a replay reads (docs/testing.md). */
export interface InstanceExport {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: number;
  /** ISO 8601. */
  readonly exportedAt?: string;
  readonly instances: readonly ExportedInstance[];
}

/**
 * Takes what was read from a file for an export, once it has the shape of one.
 * @throws DurableHostError INVALID_ARGUMENT, naming `source` and what is wrong
 */
export function parseInstanceExport(value: unknown, source: string): InstanceExport {
  const wrong = whatIsWrong(value);
  if (wrong !== undefined) throw new DurableHostError("INVALID_ARGUMENT", `${source} is no recorded history: ${wrong}`);
  return value as InstanceExport;
}

function whatIsWrong(value: unknown): string | undefined {
  if (!isRecord(value) || value["format"] !== EXPORT_FORMAT) {
    return `it is not JSON with "format": "${EXPORT_FORMAT}". \`durable-host instances export\` writes such files.`;
  }
  const { version, instances } = value;
  if (version !== EXPORT_VERSION) return `its version is ${String(version)}, and this program reads ${EXPORT_VERSION}.`;
  if (!Array.isArray(instances)) return 'it has no list of "instances".';
  const unusable = instances.findIndex((instance) => !isInstance(instance));
  return unusable < 0 ? undefined : `instances[${unusable}] has no "instanceId", "name" or "history".`;
}

function isInstance(value: unknown): boolean {
  if (!isRecord(value) || typeof value["instanceId"] !== "string" || typeof value["name"] !== "string") return false;
  const { history } = value;
  return Array.isArray(history) && history.every((event) => isRecord(event) && typeof event["type"] === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
