import type { InspectOptions } from "../wire/messages";

/** Node flags of the workers, with those for a debugger taken out. */
export interface WorkerFlags {
  readonly nodeArguments: readonly string[];
  readonly inspect?: InspectOptions;
}

/** Node's own defaults. */
const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 9229;

const INSPECT = /^--(inspect|inspect-brk|inspect-wait|debug-port|inspect-port)(?:=(.*))?$/;

/**
 * Takes `--inspect` and its like out of Node flags: as flags they would give the port to one process for its whole life,
 * while here it goes from process to process. The last one that is given counts.
 */
export function readInspectFlags(flags: readonly string[]): WorkerFlags {
  let host = DEFAULT_HOST;
  let port = DEFAULT_PORT;
  let mode: InspectOptions["mode"] | undefined;
  const nodeArguments: string[] = [];
  for (const flag of flags) {
    const [, name, value = ""] = INSPECT.exec(flag) ?? [];
    if (name === undefined) {
      nodeArguments.push(flag);
      continue;
    }
    const [, givenHost, givenPort] = /^(?:(.+):)?(\d+)$/.exec(value) ?? [undefined, value || undefined, undefined];
    host = givenHost ?? host;
    port = givenPort === undefined ? port : Number(givenPort);
    if (name === "inspect") mode = "run";
    else if (name === "inspect-brk") mode = "break";
    else if (name === "inspect-wait") mode = "wait";
  }
  return { nodeArguments, ...(mode && { inspect: { host, port, mode } }) };
}

/** The debugger's port in one of several workers: the first has the one that was asked for, the others those that follow. */
export function inspectOptionsOf(inspect: InspectOptions | undefined, worker: number): InspectOptions | undefined {
  if (inspect === undefined) return undefined;
  return { ...inspect, port: inspect.port === 0 ? 0 : inspect.port + worker };
}
