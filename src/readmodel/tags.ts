/**
 * Words that a document is found by beside those of its text. Each is of ASCII letters and digits only, so that it
 * stays one word for FTS5. What holds for nearly all documents has no tag, which would be a list of all of them: it
 * is asked for by excluding the others.
 */
export const tag = {
  /** In a scope or below it, by its key. */
  within: (key: number) => `b${key}`,
  correlation: (key: number) => `c${key}`,
  /** The event's type, by its key. */
  type: (key: number) => `t${key}`,
  /** The node of a log entry, by its key. */
  node: (key: number) => `n${key}`,
  /** Of a level other than `info`, by its rank. */
  level: (rank: number) => `l${rank}`,
  /** Of a priority other than the default. */
  priority: (priority: number) => `p${priority}`,
  business: "business",
  milestone: "milestone",
  stdout: "stdout",
  stderr: "stderr",
} as const;

/** How a type and a node are called among the keys: not like a scope or a correlation. */
export const typeName = (type: string) => `type:${type}`;
export const nodeName = (nodeId: string) => `node:${nodeId}`;
