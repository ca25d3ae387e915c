import { positionOf } from "../export/adaptive-sampler";
import type { RootSampler } from "./trace-context";

/**
 * Decides about new traces as OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say; default: all are recorded. Traces that come
 * from elsewhere bring their decision along.
 */
export function rootSampler(name = "", argument = "", warn: (message: string) => void): RootSampler {
  switch (
    name
      .trim()
      .toLowerCase()
      .replace(/^parentbased_/, "")
  ) {
    case "":
    case "always_on":
      return () => true;
    case "always_off":
      return () => false;
    case "traceidratio": {
      const ratio = argument.trim() === "" ? 1 : Number(argument);
      if (ratio >= 0 && ratio <= 1) return (traceId) => positionOf(traceId) < ratio;
      warn(`OTEL_TRACES_SAMPLER_ARG is "${argument}", and not a number from 0 to 1: all traces are recorded.`);
      return () => true;
    }
    default:
      warn(`OTEL_TRACES_SAMPLER is "${name}", which this host does not know: all traces are recorded.`);
      return () => true;
  }
}
