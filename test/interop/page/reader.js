/* global EventSource, location, onStep, onStopped */

// Reads the stream at `url` with nothing but what the browser has: the events called `name`, or those without
// a name. The test that shows the page has put `onStep` and `onStopped` into it.
const parameters = new URL(location.href).searchParams;
const source = new EventSource(parameters.get("url"));
source.addEventListener(parameters.get("name") ?? "message", ({ data }) => {
  // Without names, what ends the run comes here too.
  if (JSON.parse(data).type === "deploy.step") onStep(data);
});
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) onStopped();
});
