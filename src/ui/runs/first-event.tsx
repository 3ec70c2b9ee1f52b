import { CopyButton } from "../parts/copy-button.js";
import { Nothing } from "../parts/nothing.js";

/** What to do where there is no run yet. The list fills by itself. */
export function FirstEvent() {
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
  return (
    <Nothing title="No runs yet">
      <p>The first one appears here by itself, as soon as it has an event.</p>
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
