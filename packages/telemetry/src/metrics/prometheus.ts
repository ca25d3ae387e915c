import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { emptyResource } from "@opentelemetry/resources";
import { SCOPE } from "../export/scope";
import { resourceMetrics } from "./metric-data";
import type { MetricsRegistry } from "./registry";

/** The metrics in Prometheus' text format. */
export function prometheusText(registry: MetricsRegistry): string {
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  return serializer.serialize(resourceMetrics(registry, emptyResource(), SCOPE));
}
