import type { ReactNode } from "react";
import "./nothing.css";

/** What stands where there is nothing to show, in a view or, with `isPage`, on a whole page: why, and what to do. */
export function Nothing({
  title,
  isPage = false,
  children,
}: {
  title: string;
  isPage?: boolean;
  children?: ReactNode;
}) {
  const Title = isPage ? "h1" : "h2";
  return (
    <section className="nothing">
      <Title>{title}</Title>
      {children}
    </section>
  );
}
