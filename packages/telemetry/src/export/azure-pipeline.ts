import type { TelemetryClient } from "applicationinsights";
import type { Span } from "../trace/span";
import { AdaptiveSampler, type SamplingSettings } from "./adaptive-sampler";
import { openAzureClient, type AzureConnection } from "./azure-client";
import { AzureDelivery } from "./azure-delivery";
import { dependencyOf, errorIn, requestOf, thrownIn, traceOf } from "./azure-telemetry";
import type { Pipeline } from "./pipeline";

/** Kinds of telemetry as host.json names them. */
export type TelemetryKind = "Request" | "Dependency" | "Trace" | "Exception";

export interface AzureOptions extends AzureConnection {
  /** Absent: everything is exported. */
  readonly sampling?: SamplingSettings;
  /** Tells of what is not sampled, but always exported. */
  readonly isAlwaysKept: (kind: TelemetryKind) => boolean;
  readonly warn: (message: string) => void;
}

/** Sends requests, dependencies, exceptions and traces to Application Insights, with the ids that spans have here. */
export function azurePipeline(options: AzureOptions): Pipeline {
  const { sampling, isAlwaysKept, warn } = options;
  const delivery = new AzureDelivery(openAzureClient(options), warn);
  const sampler = sampling && new AdaptiveSampler(sampling, () => performance.now());
  const add = (kind: TelemetryKind, traceId: string | undefined, track: (client: TelemetryClient) => void): void => {
    // What belongs to no trace is rare: the host's own.
    const isKept = !sampler || traceId === undefined || isAlwaysKept(kind);
    const rate = isKept ? 100 : sampler.keep(traceId);
    if (rate !== undefined) delivery.add(rate, track);
  };
  return {
    span(span) {
      const { traceId } = span.context;
      if (isRequest(span)) add("Request", traceId, (client) => client.trackRequest(requestOf(span)));
      else add("Dependency", traceId, (client) => client.trackDependency(dependencyOf(span)));
      const thrown = thrownIn(span);
      if (thrown) add("Exception", traceId, (client) => client.trackException(thrown));
    },
    log(record, context) {
      if (record.fields?.["error"] === undefined) {
        add("Trace", context?.traceId, (client) => client.trackTrace(traceOf(record, context)));
      } else {
        add("Exception", context?.traceId, (client) => client.trackException(errorIn(record, context)));
      }
    },
    close: () => delivery.close(),
  };
}

function isRequest({ kind }: Span): boolean {
  return kind === "server" || kind === "consumer";
}
