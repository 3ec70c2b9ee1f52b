import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import "./notice.css";

/** Says above a view that it does not show everything, and why. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      <TriangleAlert size={14} aria-hidden />
      <span>{children}</span>
    </p>
  );
}
