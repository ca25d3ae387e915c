import { fitColumns, type MeasuredColumn } from "./fit-columns";
import type { Screen } from "./screen";
import { paintStatus } from "./status-color";

export interface Column extends Omit<MeasuredColumn, "width"> {
  readonly title: string;
  /** Its cells are runtime statuses, coloured as such. */
  readonly isStatus?: boolean;
}

const GAP = "  ";

/**
 * Aligned lines, headed by the titles. Columns are as wide as their content; on a terminal they are cut or left out to fit,
 * and what is left out is named below.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Screen,
): readonly string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const titles = columns.map(({ title }) => title);
  const measured = columns.map((column, index) => ({
    ...column,
    width: cells.reduce((widest, row) => Math.max(widest, width(row[index] ?? "")), width(column.title)),
  }));
  const widths = fitColumns(measured, screen.width ?? Number.POSITIVE_INFINITY, GAP.length);
  const hidden = titles.filter((_, index) => widths[index] === 0);
  return [
    line(titles, columns, widths, false),
    ...cells.map((row) => line(row, columns, widths, screen.color)),
    ...(hidden.length === 0 ? [] : [`(No place for ${hidden.join(", ")}: a wider terminal or --json has them.)`]),
  ];
}

function line(row: readonly string[], columns: readonly Column[], widths: readonly number[], color: boolean): string {
  const last = widths.findLastIndex((each) => each > 0);
  const shown = columns.flatMap(({ isStatus }, index) => {
    const [cell = "", limit = 0] = [row[index], widths[index]];
    if (limit === 0) return [];
    const text = cut(cell, limit);
    const padded = index === last ? text : text + " ".repeat(limit - width(text));
    return [isStatus === true && color ? paintStatus(cell, padded) : padded];
  });
  return shown.join(GAP).trimEnd();
}

/** `name  value` lines; values are not cut, because they are what was asked for, and keep their line breaks. */
export function fieldLines(fields: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const widest = Math.max(...fields.map(([name]) => width(name)));
  return fields.map(([name, value]) => `${name.padEnd(widest)}${GAP}${harmless(value)}`.trimEnd());
}

/** Escape sequences in a text from outside would rule the terminal. */
function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, " ");
}

/** Text from outside may hold line breaks and escape sequences; on one line, they become blanks. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
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
