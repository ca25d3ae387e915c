import type { BindingInfo } from "../worker/registered-function";
import type { BindingServices, InputBinding } from "./binding-type";

/**
 * The durable client of `durable-functions` v4 (gRPC contract §16.3). Where it finds the host is known only once the app has
 * been loaded, so that its value goes along with each call. The client of v3 has been in the worker since its start.
 */
export function durableClientInput(_binding: BindingInfo, { durableClient }: BindingServices): InputBinding {
  if (!durableClient) throw new Error("A durable client over gRPC is not available here.");
  const value = Promise.resolve({ json: JSON.stringify(durableClient) });
  return () => value;
}
