import type { HostResponse } from "../../http/types";
import { instanceFilter } from "../instance-filter";
import type { ManagementCall } from "../management-call";
import { CONTINUATION_HEADER, jsonResponse, pageHeaders } from "../responses";
import { statusJson } from "../status-json";

const DEFAULT_TOP = 100;

/** GET /instances: one page; the header `x-ms-continuation-token` leads to the next. */
export async function listInstances(call: ManagementCall): Promise<HostResponse> {
  const { query } = call;
  const showInput = query.flag("showInput", true);
  const statuses = query.statuses("runtimeStatus");
  const page = await call.taskHub.queryInstances({
    ...instanceFilter(query),
    statuses: statuses?.length === 0 ? undefined : statuses,
    top: pageSize(call),
    continuationToken: call.request.headers[CONTINUATION_HEADER] || undefined,
  });
  const items = page.instances.map((state) => statusJson(state, { showInput }));
  return jsonResponse(200, `[${items.join(",")}]`, pageHeaders(page.continuationToken));
}

/** The `top` value, at least 1. */
export function pageSize({ query }: ManagementCall): number {
  const top = Math.floor(query.number("top") ?? DEFAULT_TOP);
  return top < 1 ? DEFAULT_TOP : top;
}
