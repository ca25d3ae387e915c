const RESET = "\u001b[39m";
const RED = "\u001b[31m";
const GREEN = "\u001b[32m";
const YELLOW = "\u001b[33m";
const CYAN = "\u001b[36m";

const COLORS: Readonly<Record<string, string>> = {
  Completed: GREEN,
  Failed: RED,
  Terminated: RED,
  Canceled: RED,
  Suspended: YELLOW,
  Pending: YELLOW,
  Running: CYAN,
};

/** Colours a text by the runtime status it shows. */
export function paintStatus(status: string, text: string): string {
  const color = COLORS[status];
  return color === undefined ? text : `${color}${text}${RESET}`;
}
