export type { SamplingSettings } from "./export/adaptive-sampler";
export type { TelemetryKind } from "./export/azure-pipeline";
export type { ExportOptions } from "./export/open-pipelines";
export type { LogLevel } from "./logs/log-record";
export { HostMetrics, type HostReadings } from "./metrics/host-metrics";
export { measureStorage } from "./metrics/measure-storage";
export { openTelemetry, prometheusText, type Telemetry, type TelemetryOptions } from "./telemetry";
