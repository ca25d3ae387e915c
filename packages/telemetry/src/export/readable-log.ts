import { errorText } from "@durable-host/engine";
import { SeverityNumber } from "@opentelemetry/api-logs";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { LogLevel, LogRecord } from "../logs/log-record";
import type { AttributeValue, SpanContext } from "../trace/span";
import { hrTime } from "./hr-time";
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

function attributesOf({ category, level, fields = {} }: LogRecord): Record<string, AttributeValue> {
  const { error, invocationId, functionName, ...rest } = fields;
  const attributes: Record<string, AttributeValue> = { Category: category, LogLevel: level };
  if (typeof invocationId === "string") attributes["InvocationId"] = invocationId;
  if (typeof functionName === "string") attributes["ai.operation.name"] = functionName;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined) attributes[`prop__${name}`] = typeof value === "string" ? value : JSON.stringify(value);
  }
  if (error !== undefined) {
    attributes["exception.type"] = error instanceof Error ? error.name : "Error";
    attributes["exception.message"] = errorText(error);
    attributes["exception.stacktrace"] = error instanceof Error ? (error.stack ?? error.message) : errorText(error);
  }
  return attributes;
}
