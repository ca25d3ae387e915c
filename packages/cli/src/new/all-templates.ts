import type { Template } from "./template";
import { entity } from "./templates/entity";
import { http } from "./templates/http";
import { orchestrator } from "./templates/orchestrator";
import { queue } from "./templates/queue";
import { queueStarter } from "./templates/queue-starter";
import { timer } from "./templates/timer";

/** In the order in which they are offered. */
export const TEMPLATES: readonly Template[] = [orchestrator, entity, queueStarter, http, timer, queue];

/** By name or by the name that `func new` has for it, without regard to case. */
export function findTemplate(name: string): Template | undefined {
  const wanted = name.toLowerCase();
  return TEMPLATES.find((each) => [each.name, ...each.aliases].some((known) => known.toLowerCase() === wanted));
}
