import { useEffect, useState } from "react";
import { Dialog } from "../parts/dialog.js";
import "./keys.css";

/** What a key does, for those who ask. */
const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["/", "Find"],
  ["j, k", "Next, previous row, event or bar; in the log the next and previous match"],
  ["↑, ↓", "In a list: from row to row; in the log Enter opens one, Escape closes it"],
  ["←, →", "In the timeline: fold, unfold"],
  ["g, G", "To the start, to the end"],
  ["f", "Follow the end of the log"],
  ["1, 2, 3", "Timeline, log, events"],
  ["t", "Time travel, and back to now"],
  ["[, ]", "In time travel one event back, one event on"],
  ["p", "In time travel play, pause"],
  ["v", "What was verified, or the event that does not hold"],
  ["?", "This list"],
];

/**
 * What keys do on every page: they press what the page itself offers, so that there is one way to do a thing.
 * None does anything while something is typed, or with Ctrl, Alt or the command key.
 */
export function Keys() {
  const [isAsked, ask] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
      if (event.key === "?") ask(true);
      else if (!act(event.key)) return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
  if (!isAsked) return null;
  return (
    <Dialog
      className="keys"
      label="Keys"
      onClose={() => {
        ask(false);
      }}
    >
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(", ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** False where the page has nothing for the key. */
function act(key: string): boolean {
  switch (key) {
    case "/":
      return focus('[data-shortcut="search"]');
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "g":
      return scroll("start");
    case "G":
      return scroll("end");
    case "f":
      return press('[data-shortcut="follow"]');
    case "t":
      return press('[data-shortcut="travel"]');
    case "[":
      return press('[data-shortcut="earlier"]');
    case "]":
      return press('[data-shortcut="later"]');
    case "p":
      return press('[data-shortcut="play"]');
    case "v":
      return press('[data-shortcut="proof"]');
    default:
      return /^[1-9]$/.test(key) && press(`[role="tab"]:nth-child(${key})`);
  }
}

/** To the next or previous thing, by whatever means the page has. */
function step(direction: 1 | -1): boolean {
  const name = direction === 1 ? "next" : "previous";
  if (press(`[data-shortcut="${name}"]`)) return true;
  const links = [...document.querySelectorAll<HTMLElement>('[data-shortcut="row"]')];
  if (links.length > 0) {
    const now = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, now + direction))]?.focus();
    return true;
  }
  const list = document.querySelector<HTMLElement>('[data-shortcut="list"]');
  const arrow = direction === 1 ? "ArrowDown" : "ArrowUp";
  const { activeElement } = document;
  const from = list?.contains(activeElement) ? activeElement : list;
  from?.dispatchEvent(
    new KeyboardEvent("keydown", { key: arrow, bubbles: true, cancelable: true }),
  );
  return list !== null;
}

function scroll(to: "start" | "end"): boolean {
  const find = (selector: string) => document.querySelector<HTMLElement>(selector);
  const list = find('[data-shortcut="list"]') ?? find("main");
  if (!list) return false;
  list.scrollTop = to === "start" ? 0 : list.scrollHeight;
  return true;
}

function focus(selector: string): boolean {
  const field = document.querySelector<HTMLInputElement>(selector);
  field?.focus();
  field?.select();
  return field !== null;
}

function press(selector: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type="range"]), select, textarea, dialog') !== null
  );
}
