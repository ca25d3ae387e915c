/** What is known about where people read. */
export interface Screen {
  /** Characters in a line; absent when it is no terminal, so that nothing is cut. */
  readonly width?: number;
  readonly color: boolean;
}

/** The parts of a stream and the environment that decide how to write on it. */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Screen {
  if (stream.isTTY !== true) return { color: isForced(environment) };
  const { columns } = stream;
  // https://no-color.org: any value that is not empty.
  const color = (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
  return { color: color || isForced(environment), ...(columns !== undefined && columns > 0 && { width: columns }) };
}

/** As Node.js and most tools take it: set and not 0 means colours, also where nobody seems to look. */
function isForced({ FORCE_COLOR: force }: Readonly<Record<string, string | undefined>>): boolean {
  return force !== undefined && force !== "0" && force !== "false";
}
