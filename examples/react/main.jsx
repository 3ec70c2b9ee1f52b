// Two runs beside each other, live, in a page of one's own:
//
//   npx vite examples/react --open "/?scope=runs/a&scope=runs/b"
//
// A server other than that on this machine is named by `url`.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { RunLog, RunTimeline, useEvents, useRun } from "runtrail/react";
import "runtrail/react/style.css";

const asked = new URLSearchParams(window.location.search);
const url = asked.get("url") ?? "http://127.0.0.1:4280";
const scopes = asked.getAll("scope");

function Page() {
  const [isShown, show] = useState(true);
  return (
    <>
      <h1>Deployments</h1>
      <button onClick={() => show(!isShown)}>{isShown ? "Hide" : "Show"}</button>
      <div className="runs">
        {isShown &&
          (scopes.length > 0 ? scopes : ["runs/hello"]).map((scope) => (
            <Run key={scope} scope={scope} />
          ))}
      </div>
    </>
  );
}

function Run({ scope }) {
  const { state, link } = useRun(scope, { url });
  const { events } = useEvents(scope, { type: ["run.*"] }, { url });
  return (
    <section className="run" aria-label={scope}>
      <h2>{state?.about.name ?? scope}</h2>
      <p>
        {link.state === "error" ? link.message : (state?.status ?? "not yet")}, {events.length}{" "}
        events of the run itself
      </p>
      <RunTimeline scope={scope} url={url} />
      <RunLog scope={scope} url={url} />
    </section>
  );
}

createRoot(document.getElementById("root")).render(<Page />);
