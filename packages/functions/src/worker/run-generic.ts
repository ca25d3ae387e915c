import type { BindingValues, GenericCall, GenericResult } from "../wire/messages";
import type { FunctionRunner } from "./function-runner";
import { fromWire, toWire } from "./typed-data";

/** Runs a function for a trigger without a kind of its own: timers, queues, administrative runs. */
export async function runGeneric(
  runner: FunctionRunner,
  call: GenericCall,
  onOutputs: (values: BindingValues) => void,
): Promise<GenericResult> {
  const { function: name, triggerData, triggerMetadata, ...rest } = call;
  const metadata = Object.entries(triggerMetadata).map(([key, data]) => [key, fromWire(data)]);
  const request = {
    ...rest,
    triggerData: fromWire(triggerData),
    triggerMetadata: Object.fromEntries(metadata) as GenericCall["triggerMetadata"],
  };
  const { returnValue, outputs } = await runner.run(name, request, { returnValue: true });
  if (outputs.length > 0) onOutputs(outputs);
  return returnValue === undefined ? {} : { returnValue: toWire(returnValue) };
}
