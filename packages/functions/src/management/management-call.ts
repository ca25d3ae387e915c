import type { TaskHub, TraceContext } from "@durable-host/engine";
import type { HostRequest, HostResponse } from "../http/types";
import type { UrlParts } from "./management-urls";
import type { QueryValues } from "./query-values";

/** A request to the management API, matched to its route. */
export interface ManagementCall {
  readonly request: HostRequest;
  /** Decoded path parameters in the order of the route's pattern. */
  readonly params: readonly string[];
  readonly query: QueryValues;
  readonly taskHub: TaskHub;
  /** What links in answers are made of. */
  readonly urls: UrlParts;
  /** Largest request body in bytes. */
  readonly bodyLimit: number;
  /** Of whoever asks; absent: it is not traced. */
  readonly traceContext?: TraceContext;
}

/** One operation. Foreseen errors may be thrown; the API turns them into answers by its one table. */
export type ManagementHandler = (call: ManagementCall) => Promise<HostResponse>;
