import type { GenericCall, GenericResult } from "../wire/messages";
import type { FunctionRunner } from "./function-runner";
import { fromWire, toWire } from "./typed-data";

/** Runs a function for a trigger without a kind of its own: timers, queues, administrative runs. */
export async function runGeneric(runner: FunctionRunner, call: GenericCall): Promise<GenericResult> {
  const { function: name, triggerData, triggerMetadata, ...rest } = call;
  const metadata = Object.entries(triggerMetadata).map(([key, data]) => [key, fromWire(data)]);
  const request = {
    ...rest,
    triggerData: fromWire(triggerData),
    triggerMetadata: Object.fromEntries(metadata) as GenericCall["triggerMetadata"],
  };
  const { returnValue, outputData } = await runner.run(name, request, { returnValue: true });
  return {
    outputData: outputData.map((output) => ({ name: output.name, data: toWire(output.data) })),
    ...(returnValue && { returnValue: toWire(returnValue) }),
  };
}
