import { errorText } from "@durable-host/engine";
import { SeverityNumber } from "@opentelemetry/api-logs";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { LogLevel, LogRecord } from "../logs/log-record";
import type { AttributeValue, SpanContext } from "../trace/span";
import { hrTime } from "./hr-time";
import { logProperties } from "./log-properties";
import { spanContext } from "./readable-span";

const SEVERITIES: Readonly<Record<LogLevel, SeverityNumber>> = {
  Trace: SeverityNumber.TRACE,
  Debug: SeverityNumber.DEBUG,
  Information: SeverityNumber.INFO,
  Warning: SeverityNumber.WARN,
  Error: SeverityNumber.ERROR,
  Critical: SeverityNumber.FATAL,
};

/** A log entry as OpenTelemetry's exporters take it; `context`: of the run it belongs to. */
export function readableLog(
  record: LogRecord,
  context: SpanContext | undefined,
  resource: Resource,
): ReadableLogRecord {
  const time = hrTime(record.time);
  return {
    hrTime: time,
    hrTimeObserved: time,
    ...(context ? { spanContext: spanContext(context) } : {}),
    severityText: record.level,
    severityNumber: SEVERITIES[record.level],
    body: record.message,
    resource,
    instrumentationScope: { name: record.category },
    attributes: attributesOf(record),
    droppedAttributesCount: 0,
  };
}

function attributesOf(record: LogRecord): Record<string, AttributeValue> {
  const { error, functionName } = record.fields ?? {};
  return {
    ...logProperties(record),
    ...(typeof functionName === "string" ? { "faas.name": functionName } : {}),
    ...(error === undefined ? {} : errorAttributes(error)),
  };
}

function errorAttributes(error: unknown): Record<string, AttributeValue> {
  return {
    "exception.type": error instanceof Error ? error.name : "Error",
    "exception.message": errorText(error),
    "exception.stacktrace": error instanceof Error ? (error.stack ?? error.message) : errorText(error),
  };
}
