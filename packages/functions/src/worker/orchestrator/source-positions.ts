import { readFileSync, realpathSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A place in a file; line and column count from 1. */
export interface CodePosition {
  /** Absolute path or file URL. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface LoadedMap {
  readonly map: SourceMap;
  /** Folder that the names of the sources are relative to. */
  readonly folder: string;
}

/** The code of this package is not the app's, wherever the package lies. */
const OWN_CODE = resolve(__dirname, "../..") + sep;
const MAPPING_COMMENT = /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)[ \t]*$/gm;

/**
 * Translates places in the code that runs into places in the source that people edit, relative to the app's folder.
 * A file without a usable source map stands for itself. Source maps are read once.
 */
export class SourcePositions {
  readonly #appRoot: string;
  readonly #maps = new Map<string, LoadedMap | undefined>();
  readonly #known = new Map<string, string | undefined>();

  constructor(appRoot: string) {
    this.#appRoot = realPath(appRoot);
  }

  /** "src/orchestrators/order.ts:12:5"; undefined for code that is not the app's own: packages, Node.js, this host. */
  of(position: CodePosition): string | undefined {
    const key = `${position.file}:${position.line}:${position.column}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#translate(position));
    return this.#known.get(key);
  }

  #translate({ file, line, column }: CodePosition): string | undefined {
    const path = file.startsWith("file:") ? pathOfUrl(file) : file;
    if (path === undefined || !isAbsolute(path) || path.startsWith(OWN_CODE)) return undefined;
    const source = this.#sourceOf(path, line, column) ?? { file: path, line, column };
    const fromRoot = relative(this.#appRoot, source.file);
    const shown = (fromRoot.startsWith("..") || isAbsolute(fromRoot) ? source.file : fromRoot).replaceAll("\\", "/");
    if (/(^|\/)node_modules\//.test(shown)) return undefined;
    return `${shown}:${source.line}:${source.column}`;
  }

  #sourceOf(path: string, line: number, column: number): CodePosition | undefined {
    if (!this.#maps.has(path)) this.#maps.set(path, loadMap(path));
    const loaded = this.#maps.get(path);
    const entry = loaded?.map.findEntry(line - 1, column - 1);
    if (!loaded || !entry || !("originalSource" in entry)) return undefined;
    const file = this.#pathOf(entry.originalSource, loaded.map.payload.sourceRoot, loaded.folder);
    return file === undefined ? undefined : { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** Maps are files that anybody may have written: neither name need be a text. */
  #pathOf(source: unknown, sourceRoot: unknown, folder: string): string | undefined {
    if (typeof source !== "string") return undefined;
    if (source.startsWith("file:")) return pathOfUrl(source);
    // Bundlers name sources by an address of their own: webpack://name/./src/order.ts
    const address = /^[a-z][a-z-]+:\/\/[^/]*\/(.*)$/.exec(source);
    if (address?.[1] !== undefined) return resolve(this.#appRoot, address[1]);
    return resolve(folder, typeof sourceRoot === "string" ? sourceRoot : "", source);
  }
}

function loadMap(path: string): LoadedMap | undefined {
  try {
    const url = [...readFileSync(path, "utf8").matchAll(MAPPING_COMMENT)].at(-1)?.[1];
    if (url === undefined) return undefined;
    const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/.exec(url);
    const file = resolve(dirname(path), decodeURIComponent(inline ? "" : url));
    const text = inline ? textOf(inline[2] ?? "", inline[1] !== undefined) : readFileSync(file, "utf8");
    return { map: new SourceMap(JSON.parse(text) as SourceMapPayload), folder: inline ? dirname(path) : dirname(file) };
  } catch {
    // Neither a missing nor a broken map is worth more than the position it would have improved.
    return undefined;
  }
}

function textOf(data: string, isBase64: boolean): string {
  return isBase64 ? Buffer.from(data, "base64").toString("utf8") : decodeURIComponent(data);
}

/** Undefined for a URL that names no file on this machine. */
function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
