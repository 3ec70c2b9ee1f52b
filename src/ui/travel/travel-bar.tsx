import { History, Pause, Play, StepBack, StepForward } from "lucide-react";
import { useEffect, useRef } from "react";
import { clockText, countText, momentText } from "../app/format.js";
import { Notice } from "../parts/notice.js";
import { useRunVersion } from "../run/use-run.js";
import type { PastRun } from "./past-run.js";
import { SPEEDS } from "./player.js";
import { usePlayer } from "./use-player.js";
import type { Travel } from "./use-travel.js";
import "./travel-bar.css";

/** As of which event the page is, and how to get to another one. */
export function TravelBar({ travel, past }: { travel: Travel; past: PastRun }) {
  useRunVersion(past);
  const { goTo, leave, isAsked } = travel;
  const { isPlaying, speed, play, pause, setSpeed } = usePlayer(past, goTo);
  const { records, recordEnd, leastEnd } = past;
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isAsked) slider.current?.focus();
  }, [isAsked]);

  const isEmpty = recordEnd === 0;
  const place = recordEnd - 1;
  const sequence = records.sequence(place);
  const type = records.type(place);
  const time = records.time(place);
  const count = `event ${countText(recordEnd)} of ${countText(records.end)}`;
  const share = (recordEnd - leastEnd) / Math.max(1, records.end - leastEnd);
  const passed: Record<string, string> = { "--passed": `${share * 100}%` };
  const show = (end: number) => {
    if (end >= leastEnd && end <= records.end) goTo(records.sequence(end - 1));
  };
  return (
    <section className="travel" aria-label="Time travel" data-playing={isPlaying}>
      <div className="travel-words">
        <History size={15} aria-hidden />
        {isEmpty ? (
          <span>Its first event has not come in.</span>
        ) : (
          <>
            <strong>
              As of {momentText(time).slice(0, 10)} {clockText(time)}
            </strong>
            <span>
              {count} (sequence {sequence})
            </span>
            <span className="travel-type mono cut">{type}</span>
          </>
        )}
        <button
          className="button travel-leave"
          onClick={() => {
            // It goes away, and what is in its place then is pressed next.
            document.querySelector<HTMLElement>('[data-shortcut="travel"]')?.focus();
            leave();
          }}
        >
          Back to now
        </button>
      </div>
      <div className="travel-controls">
        <div className="travel-buttons" role="group" aria-label="Play">
          <button
            className="button quiet icon"
            aria-label="One event back"
            title="One event back ([)"
            data-shortcut="earlier"
            disabled={recordEnd <= leastEnd}
            onClick={() => {
              show(recordEnd - 1);
            }}
          >
            <StepBack size={15} aria-hidden />
          </button>
          <button
            className="button icon"
            aria-label={isPlaying ? "Pause" : "Play"}
            title={
              isPlaying
                ? "Pause (p)"
                : "Play at the pace at which it happened (p). Waits longer than 2 s are shortened to that."
            }
            data-shortcut="play"
            disabled={isEmpty}
            onClick={isPlaying ? pause : play}
          >
            {isPlaying ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
          </button>
          <button
            className="button quiet icon"
            aria-label="One event on"
            title="One event on (])"
            data-shortcut="later"
            disabled={recordEnd >= records.end}
            onClick={() => {
              show(recordEnd + 1);
            }}
          >
            <StepForward size={15} aria-hidden />
          </button>
        </div>
        <input
          ref={slider}
          className="travel-slider"
          type="range"
          aria-label="As of which event"
          aria-valuetext={
            isEmpty ? "none" : `${clockText(time)}, ${count}, sequence ${sequence}, ${type}`
          }
          min={leastEnd}
          max={records.end}
          value={recordEnd}
          disabled={isEmpty}
          style={passed}
          onChange={({ target }) => {
            show(Number(target.value));
          }}
        />
        <div className="travel-speeds" role="group" aria-label="Speed">
          {SPEEDS.map((each) => (
            <button
              key={each}
              className="button quiet"
              aria-pressed={each === speed}
              onClick={() => {
                setSpeed(each);
              }}
            >
              {each}×
            </button>
          ))}
        </div>
      </div>
      {past.notice !== undefined && <Notice>{past.notice}</Notice>}
      {past.notice === undefined && past.beginning !== undefined && (
        <p className="travel-beginning muted">{past.beginning}</p>
      )}
    </section>
  );
}
