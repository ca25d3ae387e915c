import type { WireData } from "../wire/messages";

/** Content of a blob for a function: text where the binding's `dataType` says `string`, else bytes (contract §2.4). */
export function contentData(content: Buffer, dataType: unknown): WireData {
  const isText = typeof dataType === "string" && dataType.toLowerCase() === "string";
  return isText ? { string: content.toString() } : { bytes: content.toString("base64") };
}
