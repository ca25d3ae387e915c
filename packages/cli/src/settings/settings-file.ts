import { readFileSync, writeFileSync } from "node:fs";
import {
  applyEdits,
  getNodeValue,
  findNodeAtLocation,
  modify,
  parseTree,
  type Node,
  type ParseError,
} from "jsonc-parser";
import { CommandFailure } from "../durable/command-failure";

/** Where a setting is in local.settings.json. */
export type SettingSection = "Values" | "ConnectionStrings";

const EMPTY = `{
  "IsEncrypted": false,
  "Values": {}
}
`;

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };

/** A local.settings.json that is read and changed in place: comments and layout stay (functions-host contract §6.2). */
export class SettingsFile {
  readonly #path: string;
  #text: string;

  /** Throws CommandFailure for a file that is encrypted or no JSON. One that is missing is made by the first change. */
  constructor(path: string) {
    this.#path = path;
    this.#text = readText(path) ?? EMPTY;
    const tree = this.#tree();
    if (/^(?:true|1)$/i.test(String(valueAt(tree, ["IsEncrypted"])))) {
      throw new CommandFailure(
        `${path} is encrypted, and only the Azure Functions Core Tools can read it. Run "func settings decrypt", or write "IsEncrypted": false and plain values.`,
      );
    }
  }

  /** Name and value of each, in the order of the file. */
  list(section: SettingSection): readonly (readonly [name: string, value: string])[] {
    const values = valueAt(this.#tree(), [section]);
    if (typeof values !== "object" || values === null) return [];
    return Object.entries(values).map(([name, value]) => [name, textOf(value)] as const);
  }

  /** Adds a setting or gives it another value. */
  set(section: SettingSection, name: string, value: string): void {
    this.#edit([section, name], value);
  }

  /** False if there is no such setting. */
  delete(section: SettingSection, name: string): boolean {
    if (!this.list(section).some(([each]) => each === name)) return false;
    this.#edit([section, name], undefined);
    return true;
  }

  #edit(path: readonly string[], value: string | undefined): void {
    this.#text = applyEdits(this.#text, modify(this.#text, [...path], value, FORMAT));
    writeFileSync(this.#path, this.#text);
  }

  #tree(): Node {
    const errors: ParseError[] = [];
    const tree = parseTree(this.#text, errors, { allowTrailingComma: true });
    if (errors.length === 0 && tree?.type === "object") return tree;
    throw new CommandFailure(`${this.#path} is no JSON object. Correct it; durable-host start says where it is wrong.`);
  }
}

function valueAt(tree: Node, path: readonly string[]): unknown {
  const node = findNodeAtLocation(tree, [...path]);
  return node && (getNodeValue(node) as unknown);
}

function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "ConnectionString" in value) return String(value.ConnectionString);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
