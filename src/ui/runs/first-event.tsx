import { Play } from "lucide-react";
import { CopyButton } from "../parts/copy-button.js";
import { Nothing } from "../parts/nothing.js";
import { useSample } from "./use-sample.js";

/** What to do where there is no run yet. The list fills by itself. */
export function FirstEvent() {
  const sample = useSample();
  const { origin } = window.location;
  const commands = [
    ["Record a command", `npx runtrail exec --run hello -- npm test`],
    ["Run a pack of commands", `npx runtrail run examples/demo.pack.yaml`],
    [
      "Append an event over HTTP",
      `curl ${origin}/v1/runs/hello/events \\\n  -H 'Content-Type: application/json' \\\n  ` +
        `-d '{"type":"run.started","payload":{"workflowId":"greeting"}}'`,
    ],
  ] as const;
  const setting = origin === "http://127.0.0.1:4280" ? "" : `RUNTRAIL_URL=${origin} `;
  // What comes later would push away what is being read.
  if (sample.state === "asking") return null;
  return (
    <Nothing title="No runs yet">
      <p>The first one appears here by itself, as soon as it has an event.</p>
      {sample.state !== "none" && (
        <div className="first-sample">
          <p>
            Have a look around: a sample pack of real commands, which takes a quarter of a minute on
            the machine of this server.
          </p>
          <button
            className="button primary"
            disabled={sample.state === "starting"}
            onClick={sample.start}
          >
            <Play size={14} aria-hidden />
            {sample.state === "starting" ? "Starting" : "Run the sample pack"}
          </button>
          {sample.error !== undefined && <p role="alert">{sample.error}</p>}
        </div>
      )}
      <dl className="first-event">
        {commands.map(([what, command]) => {
          const line = command.startsWith("npx") ? `${setting}${command}` : command;
          return (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                <code>{line}</code>
                <CopyButton text={line} what="the command" />
              </dd>
            </div>
          );
        })}
      </dl>
    </Nothing>
  );
}
