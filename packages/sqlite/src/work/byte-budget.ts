/** Bounds how many bytes of message and activity bodies are kept in memory; what is over stays in the tables only. */
export class ByteBudget {
  private used = 0;

  constructor(private readonly limit: number) {}

  /** Reserves room if there is any. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
