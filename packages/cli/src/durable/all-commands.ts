import { cleanEntities } from "./commands/clean-entities";
import { deleteTaskHub } from "./commands/delete-task-hub";
import { explain } from "./commands/explain";
import { exportInstances } from "./commands/export-instances";
import { getHistory } from "./commands/get-history";
import { getInstances } from "./commands/get-instances";
import { getRuntimeStatus } from "./commands/get-runtime-status";
import { purgeHistory } from "./commands/purge-history";
import { raiseEvent } from "./commands/raise-event";
import { restart } from "./commands/restart";
import { resume } from "./commands/resume";
import { rewind } from "./commands/rewind";
import { signalEntity } from "./commands/signal-entity";
import { startNew } from "./commands/start-new";
import { suspend } from "./commands/suspend";
import { terminate } from "./commands/terminate";
import type { DurableCommand } from "./durable-command";

/** The commands of `durable-host durable`, in the order in which help lists them. */
export const DURABLE_COMMANDS: readonly DurableCommand[] = [
  startNew,
  getInstances,
  getRuntimeStatus,
  getHistory,
  explain,
  raiseEvent,
  signalEntity,
  terminate,
  suspend,
  resume,
  rewind,
  restart,
  purgeHistory,
  exportInstances,
  cleanEntities,
  deleteTaskHub,
];

/** The commands of `durable-host instances`: what func has no name for, under a shorter one. */
export const INSTANCES_COMMANDS: readonly DurableCommand[] = [exportInstances];
