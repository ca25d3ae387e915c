import { CommandFailure } from "../command-failure";

/** A request to the durable management API (durable contract §5.2). */
export interface ManagementRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Segments below the API's base path, not yet percent-encoded. */
  readonly path: readonly string[];
  /** Absent values are left out, lists are repeated. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

export interface ManagementAnswer {
  readonly status: number;
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Where durable commands go: a running host, or a store. Both speak the management API, so that a
 * command does the same on either.
 */
export interface ManagementTarget {
  /** `the host at http://localhost:7071`, `the store /app/.durable/Hub.db` */
  readonly title: string;
  /** Nothing is executed by this target: what is asked for is kept, and done by a host. */
  readonly isOffline: boolean;
  /** Hosts may be at work on the same store, so what is kept may be done at once; else by the host that starts next. */
  readonly isShared?: boolean;
  /** Rejects with CommandFailure when the target cannot be reached; a refusal is an answer. */
  send(request: ManagementRequest): Promise<ManagementAnswer>;
  /** Deletes every instance and entity of the task hub. Rejects with CommandFailure where that is not possible. */
  deleteTaskHub(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Path and query of a request, to be put after the API's base path and a slash. Throws CommandFailure for a segment that no
 * URL can hold: `.` and `..` lead elsewhere, and so to an answer about something else.
 */
export function pathAndQuery({ path, query = {} }: Pick<ManagementRequest, "path" | "query">): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === "string" ? [value] : (value ?? [])) search.append(name, each);
  }
  const text = search.toString();
  const step = path.find((segment) => segment === "." || segment === "..");
  if (step !== undefined) throw new CommandFailure(`'${step}' names nothing that a command could reach.`);
  // A path may hold `$` as it is, and what the API has added to upstream's routes begins with one.
  const segments = path.map((segment) => encodeURIComponent(segment).replaceAll("%24", "$"));
  return segments.join("/") + (text === "" ? "" : `?${text}`);
}
