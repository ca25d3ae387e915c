import type { TraceContext } from "@durable-host/engine";
import { byteLength, COLUMN_BYTES } from "./column-limits";

/** The `tracestate` entry in which Microsoft's provider keeps the identity of its own spans (contract §3.6). */
const VENDOR_ENTRY = "durabletask-mssql=";

/**
 * A trace context as the column holds it: `traceparent`, and after a newline `tracestate`. A `tracestate` that does not
 * fit is left out, for half of one is none; undefined and anything too long give null.
 */
export function traceColumn(context: TraceContext | undefined): string | null {
  if (context === undefined) return null;
  const { traceParent, traceState } = context;
  const whole = traceState ? `${traceParent}\n${traceState}` : traceParent;
  return [whole, traceParent].find((text) => byteLength(text) <= COLUMN_BYTES.traceContext) ?? null;
}

/**
 * Reads the column. Microsoft's own entry is taken out wherever it stands, the app's entries stay as they are. Undefined
 * where the column holds no trace parent: rows that create sub-orchestrations hold only Microsoft's entry.
 */
export function parseTraceColumn(column: string | null): TraceContext | undefined {
  if (column === null) return undefined;
  const { traceParent, rest } = linesOf(column);
  if (traceParent === "" || traceParent.startsWith(VENDOR_ENTRY)) return undefined;
  const traceState = withoutVendorEntry(rest);
  return traceState === "" ? { traceParent } : { traceParent, traceState };
}

function linesOf(column: string): { readonly traceParent: string; readonly rest: string } {
  const text = column.replace(/^\n+/, "");
  const end = text.indexOf("\n");
  if (end < 0) return { traceParent: text, rest: "" };
  return { traceParent: text.slice(0, end), rest: text.slice(end + 1).replace(/^\n+/, "") };
}

function withoutVendorEntry(traceState: string): string {
  const entries = traceState.split(",");
  const kept = entries.filter((entry) => !entry.trim().startsWith(VENDOR_ENTRY));
  return kept.length === entries.length ? traceState : kept.join(",").trim();
}
