import { bigIntOf, type Cell } from "../connection/cell";

/** 100-nanosecond steps in a millisecond. */
const TICKS_PER_MS = 10_000;

/** A date of the driver's, with the seconds that its milliseconds leave out. */
interface DriverDate extends Date {
  readonly nanosecondsDelta?: number;
}

/**
 * A value as the official SQL extension gives it to a function: times without zone but for `datetimeoffset`, of which the
 * driver knows the moment only; bytes as Base64. A bigint that no number holds exactly is text.
 */
export function jsonCell(cell: Cell): unknown {
  const { value } = cell;
  if (value instanceof Date) return timeText(value, cell.metadata.type.name);
  if (Buffer.isBuffer(value)) return value.toString("base64");
  const digits = bigIntOf(cell);
  if (digits === undefined) return value;
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

function timeText(value: DriverDate, type: string): string {
  const [date = "", time = ""] = value.toISOString().slice(0, 19).split("T");
  const ticks = value.getUTCMilliseconds() * TICKS_PER_MS + Math.round((value.nanosecondsDelta ?? 0) * 1e7);
  const fraction = ticks === 0 ? "" : `.${String(ticks).padStart(7, "0").replace(/0+$/, "")}`;
  if (type === "Time") return `${time}${fraction}`;
  return `${date}T${time}${fraction}${type === "DateTimeOffset" ? "+00:00" : ""}`;
}
