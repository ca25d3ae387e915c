import type { Logger, StorageProvider, TaskHub } from "@durable-host/engine";
import type { HostConfiguration, KeyRing } from "@durable-host/functions";
import type { HostControl } from "../server/admin/host-routes";
import type { OfflinePage } from "../server/offline-page";
import type { AppSlot } from "./app-slot";
import type { HostLifecycle } from "./host-lifecycle";
import type { StartOptions } from "./start-options";

/** What the listeners give access to. */
export interface ListenerParts {
  readonly options: StartOptions;
  readonly configuration: HostConfiguration;
  readonly logger: Logger;
  readonly lifecycle: HostLifecycle;
  readonly slot: AppSlot;
  readonly provider: StorageProvider;
  readonly taskHub: TaskHub;
  /** The keys there are, asked for or not. */
  readonly keyRing: KeyRing;
  /** Absent: nobody is asked for a key. */
  readonly keys?: KeyRing;
  readonly control: HostControl;
  readonly offlinePage: OfflinePage;
  /** The metrics in Prometheus' text format; absent: they are not served. */
  readonly metricsText?: () => string;
}
