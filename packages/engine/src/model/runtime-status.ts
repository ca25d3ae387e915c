/** Runtime status of an orchestration instance (durable contract §6.1). */
export const RUNTIME_STATUSES = [
  "Running",
  "Completed",
  "ContinuedAsNew",
  "Failed",
  "Canceled",
  "Terminated",
  "Pending",
  "Suspended",
] as const;

export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

/** The statuses in which an execution has ended: nothing is executed any more. */
export type TerminalStatus = "Completed" | "Failed" | "Canceled" | "Terminated";

const TERMINAL: ReadonlySet<RuntimeStatus> = new Set<RuntimeStatus>(["Completed", "Failed", "Canceled", "Terminated"]);

/** Tells whether an instance in this status has ended. */
export function isTerminal(status: RuntimeStatus): status is TerminalStatus {
  return TERMINAL.has(status);
}
