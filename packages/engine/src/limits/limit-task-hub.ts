import type { TaskHub } from "../client/task-hub";
import { DurableHostError } from "../errors";
import type { JsonText } from "../model/json-text";
import { describeExcess } from "./payload-size";

/** A task hub that rejects what clients hand it with PAYLOAD_TOO_LARGE when it has more than `limit` bytes. */
export function limitTaskHub(hub: TaskHub, limit: number): TaskHub {
  const check = (what: string, payload: JsonText | null | undefined): void => {
    const excess = describeExcess(what, payload, limit);
    if (excess !== undefined) throw new DurableHostError("PAYLOAD_TOO_LARGE", `${excess} Nothing was stored.`);
  };
  return {
    ...hub,
    async start(options) {
      check(`The input of orchestration '${options.name}'`, options.input);
      return hub.start(options);
    },
    async startAndWait(options, timeoutMs) {
      check(`The input of orchestration '${options.name}'`, options.input);
      return hub.startAndWait(options, timeoutMs);
    },
    async raiseEvent(instanceId, name, input, traceContext) {
      check(`The event '${name}'`, input);
      return hub.raiseEvent(instanceId, name, input, traceContext);
    },
    async signalEntity(id, operation, input, dueAt, traceContext) {
      check(`The input of operation '${operation}'`, input);
      return hub.signalEntity(id, operation, input, dueAt, traceContext);
    },
  };
}
