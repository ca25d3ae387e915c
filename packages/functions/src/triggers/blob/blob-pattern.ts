import { DurableHostError } from "@durable-host/engine";
import { parseBlobPath } from "../../storage-account/blob-path";

/** What of a blob's name stands at the placeholders of a path; undefined: the name does not fit. */
export type BlobMatch = Readonly<Record<string, string>> | undefined;

/** The path of a blob trigger: a container, and which of its blobs. */
export interface BlobPattern {
  readonly container: string;
  /** What all names begin with. */
  readonly prefix: string;
  match(blobName: string): BlobMatch;
}

/**
 * Reads `container/name-{placeholder}.ext`; without a name, all blobs of the container. `{{` and `}}` stand for braces.
 * @throws DurableHostError CONFIG_INVALID for a container with placeholders
 */
export function blobPattern(path: string): BlobPattern {
  const { container, blob } = parseBlobPath(path);
  if (/[{}]/.test(container)) {
    throw new DurableHostError("CONFIG_INVALID", `the container of the path "${path}" must not have placeholders.`);
  }
  if (blob === "") return { container, prefix: "", match: () => ({}) };
  const names: string[] = [];
  const source = blob.replaceAll(/\{\{|\}\}|\{([^{}]+)\}|[^{}]+|[{}]/g, (part: string, name: string | undefined) => {
    if (name === undefined) return escaped(literal(part));
    names.push(name);
    return "(.+)";
  });
  const expression = new RegExp(`^${source}$`, "s");
  return {
    container,
    prefix: literal(/^(?:\{\{|\}\}|[^{}])*/.exec(blob)?.[0] ?? ""),
    match(blobName) {
      const values = expression.exec(blobName);
      return values ? Object.fromEntries(names.map((name, index) => [name, values[index + 1] ?? ""])) : undefined;
    },
  };
}

function literal(part: string): string {
  return part.replaceAll("{{", "{").replaceAll("}}", "}");
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
