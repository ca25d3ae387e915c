import type { FunctionKind } from "@durable-host/engine";
import type { pb } from "../proto/messages";
import type { NameFilter, WorkerFilters } from "./hub-workers";

/** The filters of a request; undefined: there are none, so everything is taken (contract §3.6). */
export function filtersFromProto(message: pb.WorkItemFilters | undefined): WorkerFilters | undefined {
  if (!message) return undefined;
  return {
    orchestrations: message.getOrchestrationsList().map(nameFilter),
    activities: message.getActivitiesList().map(nameFilter),
    entities: message.getEntitiesList().map((filter) => filter.getName().toLowerCase()),
  };
}

function nameFilter(filter: pb.OrchestrationFilter | pb.ActivityFilter): NameFilter {
  return { name: filter.getName(), versions: filter.getVersionsList() };
}

/** Tells whether a worker takes work of this name and version; the empty version is that of what has none. */
export function isTaken(
  filters: WorkerFilters | undefined,
  kind: FunctionKind,
  name: string,
  version: string,
): boolean {
  if (!filters) return true;
  if (kind === "entity") return filters.entities.includes(name.toLowerCase());
  return named(filters, kind).some(
    (filter) => filter.name === name && (filter.versions.length === 0 || filter.versions.includes(version)),
  );
}

/** Whether a worker takes any work of a kind. */
export function takesKind(filters: WorkerFilters | undefined, kind: FunctionKind): boolean {
  if (!filters) return true;
  return kind === "entity" ? filters.entities.length > 0 : named(filters, kind).length > 0;
}

/** Whether it depends on the version if a worker takes an activity of this name. */
export function asksForVersion(filters: WorkerFilters | undefined, activity: string): boolean {
  return filters?.activities.some(({ name, versions }) => name === activity && versions.length > 0) ?? false;
}

function named(filters: WorkerFilters, kind: "orchestration" | "activity"): readonly NameFilter[] {
  return kind === "orchestration" ? filters.orchestrations : filters.activities;
}
