import { randomUUID } from "node:crypto";
import type { IdSource } from "../model/ids";

/** Random ids, as production uses them. */
export const randomIds: IdSource = {
  newId: () => randomUUID().replaceAll("-", ""),
  newGuid: () => randomUUID(),
};
