import type { ReactNode } from "react";
import "./nothing.css";

/** What stands where there is nothing to show: why, and what to do. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="nothing">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
