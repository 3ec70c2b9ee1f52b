/** A name for a download that every system takes: `r-42_jobs_build-logs.csv`. */
export function fileName(path: string, what: string, ending: string): string {
  const parts = path === "" ? [] : path.split("/").filter((part) => part !== "runs");
  const name = [parts.join("_"), what].filter((part) => part !== "").join("-");
  return `${name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 200)}.${ending}`;
}
