/** A column as far as its place on the screen is concerned. */
export interface MeasuredColumn {
  /** Characters of its widest cell. */
  readonly width: number;
  /** Its beginning tells enough: it is cut before others are. */
  readonly isLong?: boolean;
  /** It is left out, the last one first, before columns that are not long are cut. */
  readonly isExtra?: boolean;
}

/** No column is cut to less than this. */
const LEAST_WIDTH = 8;

/**
 * The width of each column so that together, with `gap` characters between them, they fit into `available` characters if that
 * is possible; 0 for a column that is left out.
 */
export function fitColumns(columns: readonly MeasuredColumn[], available: number, gap: number): readonly number[] {
  if (!Number.isFinite(available)) return columns.map(({ width }) => width);
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width + gap, -gap);
  const limited = (shown: readonly MeasuredColumn[], limit: number, onlyLong: boolean) =>
    shown.map(({ width, isLong }) => (onlyLong && !isLong ? width : Math.min(width, limit)));
  let shown = columns;
  for (const column of columns.toReversed()) {
    if (sum(limited(shown, LEAST_WIDTH, true)) <= available) break;
    if (column.isExtra) shown = shown.filter((each) => each !== column);
  }
  const onlyLong = sum(limited(shown, LEAST_WIDTH, true)) <= available;
  let limit = Math.max(available, LEAST_WIDTH);
  while (limit > LEAST_WIDTH && sum(limited(shown, limit, onlyLong)) > available) limit -= 1;
  const widths = limited(shown, limit, onlyLong);
  return columns.map((column) => widths[shown.indexOf(column)] ?? 0);
}
