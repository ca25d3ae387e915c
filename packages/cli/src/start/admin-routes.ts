import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { whyNotRunnable, type HostConfiguration } from "@durable-host/functions";
import type { AdminRoute } from "../server/admin/admin-route";
import { functionRoutes } from "../server/admin/function-routes";
import { hostRoutes } from "../server/admin/host-routes";
import { keyRoutes } from "../server/admin/key-routes";
import { HOST_VERSION } from "../version";
import { functionViews } from "./function-views";
import { localOrigin } from "./listen-address";
import type { ListenerParts } from "./listener-parts";

/** Host ids are at most this long (functions-host contract §6.1). */
const LONGEST_HOST_ID = 32;

/** Joins the admin API with what it is about. */
export function adminRoutes(
  parts: ListenerParts,
  { port, isOverloaded }: { readonly port: number; readonly isOverloaded: () => boolean },
): readonly AdminRoute[] {
  const { options, configuration, logger, lifecycle, slot, keyRing, control, offlinePage } = parts;
  const startedAt = performance.now();
  const about = identity(configuration);
  const state = () => (offlinePage.response === undefined ? lifecycle.state : "Offline");
  const routePrefix = configuration.values.host("extensions.http.routePrefix");
  const find = (name: string) => slot.functions.find((fn) => fn.name.toLowerCase() === name.toLowerCase());
  return [
    ...hostRoutes({
      state,
      status: () => ({ ...about, state: state(), processUptime: Math.round(performance.now() - startedAt) }),
      hostJson: () => configuration.hostJson,
      isOverloaded,
      control,
      logger: logger.child("Host.Admin"),
    }),
    ...keyRoutes({ keys: keyRing, hasFunction: (name) => find(name) !== undefined }),
    ...functionRoutes({
      functions: () =>
        functionViews(slot.functions, configuration.appRoot, { origin: localOrigin(options, port), routePrefix }),
      problems: () => slot.problems,
      ready: lifecycle.ready,
      whyNotRunnable: (name) => {
        const fn = find(name);
        return fn && whyNotRunnable(fn);
      },
      run: (name, input) => slot.runWithText(name, input),
      logger: logger.child("Host.Admin"),
    }),
  ];
}

function identity({ values }: HostConfiguration) {
  return {
    id: (values.app("WEBSITE_SITE_NAME") ?? hostname()).toLowerCase().slice(0, LONGEST_HOST_ID),
    version: HOST_VERSION,
    versionDetails: `${HOST_VERSION}, Node.js ${process.version}`,
    instanceId: randomUUID(),
    computerName: hostname(),
    functionAppContentEditingState: "NotAllowed",
  };
}
