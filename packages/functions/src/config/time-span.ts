const PATTERN = /^(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Parses a .NET TimeSpan (`hh:mm[:ss[.fffffff]]`, `d.hh:mm:ss`, `d`) to milliseconds; `-1` means without limit and is
 * Infinity. `undefined` when the text is none.
 */
export function parseTimeSpan(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "-1") return Number.POSITIVE_INFINITY;
  if (/^\d{1,8}$/.test(trimmed)) return Number(trimmed) * DAY;
  const match = PATTERN.exec(trimmed);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const fraction = match[5] === undefined ? 0 : Number(`0.${match[5]}`);
  if (days === undefined || hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + Math.round(fraction * SECOND);
}

/** Writes milliseconds as a .NET TimeSpan with whole seconds. */
export function formatTimeSpan(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "-1";
  const days = Math.floor(ms / DAY);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const time = `${two((ms % DAY) / HOUR)}:${two((ms % HOUR) / MINUTE)}:${two((ms % MINUTE) / SECOND)}`;
  return days === 0 ? time : `${days}.${time}`;
}
