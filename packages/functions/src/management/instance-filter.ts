import type { InstanceFilter } from "@durable-host/engine";
import type { QueryValues } from "./query-values";

/**
 * Which instances a request asks for, runtime statuses aside (contract §5.2). `name`, `tag` and `customStatus` are
 * additions to it; all conditions must hold, and blank ones do not restrict.
 * @throws DurableHostError INVALID_ARGUMENT for a tag that is none
 */
export function instanceFilter(query: QueryValues): InstanceFilter {
  return {
    createdFrom: query.time("createdTimeFrom"),
    createdTo: query.time("createdTimeTo"),
    instanceIdPrefix: query.text("instanceIdPrefix"),
    name: query.text("name") || undefined,
    tags: query.tags("tag"),
    customStatusContains: query.text("customStatus") || undefined,
  };
}
