/** The next free integer keys. The owner of the file hands them out itself, so an insert needs no look at the table. */
export interface KeySource {
  instance: number;
  message: number;
  activity: number;
}
