import type { Screen } from "./screen";
import { paintStatus } from "./status-color";

export interface Column {
  readonly title: string;
  /** Its cells are runtime statuses, coloured as such. */
  readonly isStatus?: boolean;
}

const GAP = "  ";
/** No column is cut to less than this. */
const LEAST_WIDTH = 8;

/** Aligned lines, headed by the titles. Columns are as wide as their content, and the widest are cut to fit a terminal. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Screen,
): readonly string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const titles = columns.map(({ title }) => title);
  const natural = titles.map((title, index) =>
    cells.reduce((widest, row) => Math.max(widest, width(row[index] ?? "")), width(title)),
  );
  const widths = screen.width === undefined ? natural : fit(natural, screen.width);
  const last = columns.length - 1;
  const line = (row: readonly string[], color: boolean): string =>
    columns
      .map(({ isStatus }, index) => {
        const text = cut(row[index] ?? "", widths[index] ?? 0);
        const padded = index === last ? text : text + " ".repeat((widths[index] ?? 0) - width(text));
        return isStatus === true && color ? paintStatus(row[index] ?? "", padded) : padded;
      })
      .join(GAP)
      .trimEnd();
  return [line(titles, false), ...cells.map((row) => line(row, screen.color))];
}

/** `name  value` lines; values are not cut, because they are what was asked for. */
export function fieldLines(fields: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const widest = Math.max(...fields.map(([name]) => width(name)));
  return fields.map(([name, value]) => `${name.padEnd(widest)}${GAP}${value}`.trimEnd());
}

/** Text from outside may hold line breaks and escape sequences; on one line, they become blanks. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** Lowers the widest columns to one width at which all fit. */
function fit(natural: readonly number[], available: number): readonly number[] {
  const gaps = GAP.length * (natural.length - 1);
  const limitedTo = (limit: number) => natural.map((each) => Math.min(each, limit));
  let limit = Math.max(available, LEAST_WIDTH);
  while (limit > LEAST_WIDTH && limitedTo(limit).reduce((sum, each) => sum + each, gaps) > available) limit -= 1;
  return limitedTo(limit);
}

const PLAIN = /^[\u0020-\u007e]*$/;
const characters = new Intl.Segmenter();

function cut(text: string, limit: number): string {
  if (width(text) <= limit) return text;
  const kept = PLAIN.test(text)
    ? text.slice(0, limit - 1)
    : Array.from(characters.segment(text), ({ segment }) => segment)
        .slice(0, limit - 1)
        .join("");
  return `${kept}…`;
}

/** In characters as a person counts them. */
function width(text: string): number {
  return PLAIN.test(text) ? text.length : Array.from(characters.segment(text)).length;
}
