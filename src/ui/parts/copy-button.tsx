import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

/** How long it says that it has been done. */
const SAID_MS = 1500;

/** Copies a text; `what` it is, for its name. The text may be made only when it is wanted. */
export function CopyButton({
  text,
  what,
  children,
}: {
  text: string | (() => string | Promise<string>);
  what: string;
  children?: React.ReactNode;
}) {
  const [said, say] = useState<"copied" | "failed">();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => {
      say(undefined);
    }, SAID_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
      say("copied");
    } catch {
      // A page that is not from this machine nor over HTTPS has no clipboard.
      say("failed");
    }
  };
  const label = said === "copied" ? "Copied" : said === "failed" ? "Cannot copy" : `Copy ${what}`;
  const Icon = said === "copied" ? Check : Copy;
  return (
    <button
      type="button"
      className={children === undefined ? "button quiet icon" : "button quiet"}
      title={label}
      aria-label={label}
      onClick={() => void copy()}
    >
      <Icon size={14} aria-hidden />
      {children}
    </button>
  );
}
