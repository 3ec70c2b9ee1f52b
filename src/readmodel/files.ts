/** The files of a read model: the database itself, and what SQLite keeps beside it. */
export function filesOf(file: string): string[] {
  return ["", "-wal", "-shm"].map((suffix) => file + suffix);
}
