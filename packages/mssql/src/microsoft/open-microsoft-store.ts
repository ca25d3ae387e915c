import { DurableHostError } from "@durable-host/engine";
import { featuresOf } from "../rows/microsoft-tables";
import { compareVersions } from "../schema/versions";
import type { Store } from "../store";
import type { StoreOperations } from "../store-operations";
import { HeldLocks } from "./held-locks";
import { microsoftOperations } from "./microsoft-operations";
import type { MicrosoftStore } from "./microsoft-store";
import { OtherKind } from "./other-kind";

/**
 * Works on a database in which there are Microsoft's procedures and none of ours, with no more than their runtime role.
 * @param version of their schema
 * @throws DurableHostError CONFIG_INVALID where they work on another task hub, or are too old
 */
export async function openMicrosoftStore(store: Store, version: string): Promise<StoreOperations> {
  checkVersion(store, version);
  await checkTaskHub(store);
  store.logger.warn(
    `The schema ${store.schema} is Microsoft's, version ${version}, and this host adds nothing to the database: it works ` +
      "through Microsoft's procedures. Weaker than with its own: locks are fenced by what a commit consumes only, work is " +
      "found by asking for it, one instance or activity at a time, a cancelled timer still wakes its instance, and times " +
      "of instances are the database's. To have it otherwise, let durable-host storage init add the schema " +
      `${store.schema}_host (see "On Microsoft's procedures alone" in docs/storage-mssql.md).`,
  );
  const microsoft: MicrosoftStore = {
    ...store,
    features: featuresOf(version),
    locks: new HeldLocks(store.clock),
    otherKind: new OtherKind(),
    startInputs: new Map(),
    busy: false,
  };
  return microsoftOperations(microsoft);
}

/** Before, their checkpoint deletes the payloads of messages that wait, whenever an execution continues as new. */
const OLDEST = "1.1.1";

function checkVersion({ schema }: Store, version: string): void {
  if (compareVersions(version, OLDEST) >= 0) return;
  throw new DurableHostError(
    "CONFIG_INVALID",
    `The schema ${schema} is Microsoft's, version ${version}, whose procedures lose the contents of messages that wait ` +
      `while an instance continues as new; so does every entity. Upgrade it: durable-host storage upgrade, or ` +
      `Microsoft's provider ${OLDEST} or later.`,
  );
}

/** Microsoft's procedures take no task hub: it is that of the connection. */
async function checkTaskHub({ client, schema, taskHub }: Store): Promise<void> {
  const { sets } = await client.query(`SELECT ${schema}.CurrentTaskHub() AS TaskHub`);
  const actual = sets[0]?.[0]?.["TaskHub"];
  if (actual === taskHub) return;
  throw new DurableHostError(
    "CONFIG_INVALID",
    `host.json names the task hub ${taskHub}, but Microsoft's procedures in this database work on ${String(actual)} for ` +
      `this login. Name that one (extensions.durableTask.storageProvider.taskHubName), log in as another user, or have ` +
      `the database take the application's name: EXEC ${schema}.SetGlobalSetting @Name = 'TaskHubMode', @Value = 0.`,
  );
}
