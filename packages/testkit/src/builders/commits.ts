import type { OrchestrationCommit, OrchestrationWorkItem } from "@durable-host/engine";
import { anOrchestratorStarted } from "./events";

/**
 * What an episode that asks for nothing comes to: all messages of the work item consumed and appended to history, the
 * instance Running. Fields given replace these.
 */
export function aCommit(item: OrchestrationWorkItem, fields: Partial<OrchestrationCommit> = {}): OrchestrationCommit {
  return {
    instance: { ...item.instance, runtimeStatus: "Running", lastUpdatedAt: item.instance.lastUpdatedAt + 1 },
    history: { type: "append", events: [anOrchestratorStarted(), ...item.messages.map(({ event }) => event)] },
    consumedMessages: item.messages.map(({ sequenceNumber }) => sequenceNumber),
    activities: [],
    messages: [],
    timers: [],
    canceledTimers: [],
    ...fields,
  };
}
