/** Splits a script into batches at lines that hold only GO; batches without a statement are left out. */
export function splitBatches(script: string): readonly string[] {
  return script
    .split(/^[ \t]*GO[ \t]*\r?$/im)
    .map((batch) => batch.trim())
    .filter((batch) => batch.replace(/^\s*--.*$/gm, "").trim() !== "");
}
