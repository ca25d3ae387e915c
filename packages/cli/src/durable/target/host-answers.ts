/** A host on this machine answers at once; whoever takes longer is something else. */
const PATIENCE_MS = 2000;

/** Tells whether a Functions host answers at an address: one that says in what state it is, or asks for the key to that. */
export async function hostAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/admin/host/status`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.status === 401) return true;
    const status: unknown = await response.json();
    return typeof status === "object" && status !== null && "state" in status && typeof status.state === "string";
  } catch {
    return false;
  }
}
