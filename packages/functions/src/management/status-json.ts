import type { InstanceState, JsonText } from "@durable-host/engine";
import { isJson } from "./read-body";

/** Times of status answers have second precision (contract §5.2). */
export function secondsTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** A stored payload as JSON: itself, or `null` when there is none. The store guarantees that it is JSON. */
export function payloadJson(text: JsonText | null): string {
  return text === null || text === "" ? "null" : text;
}

/** The output of an instance as JSON. Error texts and termination reasons are plain text unless they happen to be JSON. */
export function outputJson(state: InstanceState): string {
  const { output, runtimeStatus } = state;
  if (output === null || output === "") return "null";
  const holdsText = runtimeStatus === "Failed" || runtimeStatus === "Terminated" || runtimeStatus === "Canceled";
  return holdsText && !isJson(output) ? JSON.stringify(output) : output;
}

export interface StatusView {
  readonly showInput: boolean;
  /** JSON array of history events; absent: the answer has none. */
  readonly historyJson?: string;
}

/**
 * Status body as JSON text. Payloads are spliced in as they are stored: parsing and printing them again would cost
 * time proportional to their size and could change numbers.
 */
export function statusJson(state: InstanceState, view: StatusView): string {
  const history = view.historyJson === undefined ? "" : `,"historyEvents":${view.historyJson}`;
  return (
    `{"name":${JSON.stringify(state.name)},"instanceId":${JSON.stringify(state.instanceId)}` +
    `,"runtimeStatus":"${state.runtimeStatus}","input":${view.showInput ? payloadJson(state.input) : "null"}` +
    `,"customStatus":${payloadJson(state.customStatus)},"output":${outputJson(state)}` +
    `,"createdTime":"${secondsTime(state.createdAt)}","lastUpdatedTime":"${secondsTime(state.lastUpdatedAt)}"${tagsJson(state)}${history}}`
  );
}

/** Our addition to the status body: only instances that have tags show them. */
function tagsJson({ tags }: InstanceState): string {
  return tags === undefined || Object.keys(tags).length === 0 ? "" : `,"tags":${JSON.stringify(tags)}`;
}
