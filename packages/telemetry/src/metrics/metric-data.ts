import { ValueType, type HrTime } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { hrTime } from "../export/hr-time";
import type { MetricSnapshot, MetricsRegistry } from "./registry";

/** All metrics of a registry, as OpenTelemetry's exporters take them. */
export function resourceMetrics(registry: MetricsRegistry, resource: Resource, scopeName: string): ResourceMetrics {
  const times = { startTime: hrTime(registry.startedAt), endTime: hrTime(Date.now()) };
  const metrics = registry.collect().map((metric) => metricData(metric, times));
  return { resource, scopeMetrics: [{ scope: { name: scopeName }, metrics }] };
}

function metricData(
  metric: MetricSnapshot,
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
): MetricData {
  const { name, help: description, unit } = metric;
  const common = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (metric.type !== "histogram") {
    const dataPoints = metric.points.map(({ labels, value }) => ({ ...times, attributes: { ...labels }, value }));
    return metric.type === "gauge"
      ? { ...common, dataPointType: DataPointType.GAUGE, dataPoints }
      : { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  }
  const boundaries = [...metric.boundaries];
  return {
    ...common,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: metric.points.map(({ labels, counts, sum, count }) => ({
      ...times,
      attributes: { ...labels },
      value: { buckets: { boundaries, counts: [...counts] }, sum, count },
    })),
  };
}
