import type { TaskHub } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import type { Call } from "../../src/services/call";
import { scriptedHub } from "../server/scripted-hub";

/** A call to a hub whose client does what a test says. */
export function aCall(taskHub: Partial<TaskHub>, given: Partial<Call> = {}): Call & { readonly clock: ManualClock } {
  const clock = new ManualClock();
  const hub = scriptedHub("default", taskHub);
  return { hub, profile: "scheduler", signal: new AbortController().signal, ...given, clock };
}
