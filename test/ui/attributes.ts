import type { Locator } from "playwright-core";

interface Element {
  getAttribute(name: string): string | null;
}

/** What an attribute is on each element that there is now, in the order of the page. */
export function attributesOf(elements: Locator, attribute: string): Promise<(string | null)[]> {
  return elements.evaluateAll(
    (found: Element[], name) => found.map((element) => element.getAttribute(name)),
    attribute,
  );
}
