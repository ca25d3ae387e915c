import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import type { ShipmentState } from "../activities/track-shipment";
import type { Step } from "../orders/step";

/** Input of `monitorShipment`. `polls` is filled in by the orchestrator itself. */
export interface ShipmentWatch {
  readonly trackingNumber: string;
  readonly pollSeconds?: number;
  readonly maxPolls?: number;
  readonly polls?: number;
}

/** Output of `monitorShipment`. */
export interface ShipmentReport {
  readonly trackingNumber: string;
  readonly state: ShipmentState | "GaveUp";
  readonly polls: number;
}

/** Monitor: asks the carrier again and again. Every poll is a new execution, so that the history stays short. */
export function* monitorShipment(context: OrchestrationContext): Step<ShipmentReport | undefined> {
  const watch = context.df.getInput<ShipmentWatch>();
  const { trackingNumber, pollSeconds = 5, maxPolls = 1000 } = watch;
  const polls = (watch.polls ?? 0) + 1;
  const state: ShipmentState = yield context.df.callActivity("trackShipment", trackingNumber);
  context.df.setCustomStatus({ state, polls });
  if (state !== "InTransit") return { trackingNumber, state, polls };
  if (polls >= maxPolls) return { trackingNumber, state: "GaveUp", polls };

  const next = new Date(context.df.currentUtcDateTime.getTime() + pollSeconds * 1000);
  yield context.df.createTimer(next);
  context.df.continueAsNew({ trackingNumber, pollSeconds, maxPolls, polls });
  return undefined;
}

df.app.orchestration("monitorShipment", monitorShipment);
