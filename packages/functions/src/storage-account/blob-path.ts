import { DurableHostError } from "@durable-host/engine";
import { resolveSettings } from "../bindings/binding-expression";
import type { AppSettings } from "../config/app-settings";
import type { BindingInfo } from "../worker/registered-function";

/** Where a blob is. */
export interface BlobPath {
  readonly container: string;
  /** Empty: the whole container. */
  readonly blob: string;
}

/** In an address these lead elsewhere: out of the container, too, when what triggers a function names part of the path. */
const LEADS_ELSEWHERE = /(?:^|\/)\.\.?(?:\/|$)/;

/** Splits `container/path/of/blob`. Throws CONFIG_INVALID for a path without container, or with `.` or `..` as a part of it. */
export function parseBlobPath(text: string): BlobPath {
  if (LEADS_ELSEWHERE.test(text)) {
    throw new DurableHostError("CONFIG_INVALID", `"${text}" is no path of a blob: "." and ".." cannot be parts of it.`);
  }
  const path = text.replace(/^\/+/, "");
  const slash = path.indexOf("/");
  const [container, blob] = slash === -1 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
  if (container !== "") return { container, blob };
  throw new DurableHostError(
    "CONFIG_INVALID",
    `"${text}" is no path of a blob: it begins with the name of a container.`,
  );
}

/** The path that a binding names, its settings filled in. Throws CONFIG_INVALID. */
export function bindingBlobPath(binding: BindingInfo, settings: AppSettings): string {
  const path = binding["path"];
  if (typeof path === "string") return resolveSettings(path, settings);
  throw new DurableHostError("CONFIG_INVALID", "its blob binding has no path.");
}
