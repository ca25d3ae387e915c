import { setTimeout as delay } from "node:timers/promises";
import { numberSetting } from "../settings";

/** Stands for the round trip to an outside system: waits as long as SIMULATED_LATENCY_MILLISECONDS says. */
export async function simulatedLatency(): Promise<void> {
  const milliseconds = numberSetting("SIMULATED_LATENCY_MILLISECONDS");
  if (milliseconds > 0) await delay(milliseconds);
}
