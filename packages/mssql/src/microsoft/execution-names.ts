/*
 * Microsoft's checkpoint begins a history anew, and sets the input of an instance, only where the execution has another id
 * than before. Entities, whose state is their input, and rewound orchestrations keep theirs for the engine: a number after
 * it makes another of it for the database.
 */

const NUMBERED = /~(\d+)$/;

/** The execution that the engine knows, by the id that is stored. */
export function engineExecution(stored: string): string {
  return stored.replace(NUMBERED, "");
}

/** An id that the same execution has not had yet. */
export function nextStoredExecution(stored: string): string {
  const number = Number(NUMBERED.exec(stored)?.[1] ?? 0);
  return `${engineExecution(stored)}~${number + 1}`;
}
