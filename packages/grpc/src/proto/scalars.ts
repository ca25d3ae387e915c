import { Int32Value, StringValue } from "google-protobuf/google/protobuf/wrappers_pb";
import type { Map as ProtoMap } from "google-protobuf";

/** A text that may be absent, which is not the same as empty. Undefined and null: absent. */
export function wrapText(text: string | null | undefined): StringValue | undefined {
  return text === undefined || text === null ? undefined : new StringValue().setValue(text);
}

/** The text as it was sent; null when it is absent. */
export function textOf(wrapped: StringValue | undefined): string | null {
  return wrapped ? wrapped.getValue() : null;
}

/** The text; undefined when it is absent or empty, for what means the same then: versions, ids. */
export function nonEmpty(wrapped: StringValue | undefined): string | undefined {
  return wrapped?.getValue() || undefined;
}

/** A number that may be absent, which is not the same as 0. */
export function wrapNumber(value: number): Int32Value {
  return new Int32Value().setValue(value);
}

/** Copies tags into the map of a message. */
export function fillTags(map: ProtoMap<string, string>, tags: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(tags ?? {})) map.set(name, value);
}

/** The tags of a message; undefined when it has none. */
export function tagsOf(map: ProtoMap<string, string>): Readonly<Record<string, string>> | undefined {
  return map.getLength() === 0 ? undefined : Object.fromEntries(map.toArray());
}
