import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where npm puts packages. What is linked into it is resolved to where it really is, and so counts as the app's. */
const PACKAGES = `${path.sep}node_modules${path.sep}`;

/** Notes which files of the app are loaded, and tells of new ones together. */
export class LoadedFiles {
  readonly #tell: (files: readonly string[]) => void;
  readonly #known = new Set<string>();
  #new: string[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(tell: (files: readonly string[]) => void) {
    this.#tell = tell;
  }

  /** @param resolved a path or a URL; what is neither, as the name of a built-in module, is no file */
  readonly add = (resolved: string): void => {
    const file = resolved.startsWith("file:") ? fileURLToPath(resolved) : resolved;
    if (this.#known.has(file) || !path.isAbsolute(file) || file.includes(PACKAGES)) return;
    this.#known.add(file);
    this.#new.push(file);
    this.#scheduled ??= setImmediate(() => this.flush());
  };

  /** Tells at once. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#new.length > 0) this.#tell(this.#new);
    this.#new = [];
  }
}
