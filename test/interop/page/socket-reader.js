/* global WebSocket, location, setTimeout, onStep, onStopped */

// Reads the stream at `url` over a WebSocket with nothing but what the browser has: what a page does that
// resumes by itself.
const url = new URL(new URL(location.href).searchParams.get("url"));
const scope = url.pathname.slice("/v1/".length, -"/stream".length);
let after = undefined;

function connect() {
  const socket = new WebSocket(`ws://${url.host}/v1/ws`, "runtrail.v1");
  socket.addEventListener("open", () => {
    const position = after === undefined ? {} : { after, resumed: true };
    socket.send(JSON.stringify({ op: "subscribe", sub: "s", scope, ...position }));
  });
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    after = message.cursor ?? after;
    for (const { cursor, event } of message.events ?? []) {
      after = cursor;
      if (event.type === "deploy.step") onStep(JSON.stringify(event));
    }
    if (message.op === "end" || message.op === "unsubscribed") {
      socket.removeEventListener("close", connectLater);
      socket.close();
      onStopped();
    }
  });
  socket.addEventListener("close", connectLater);
}

function connectLater() {
  setTimeout(connect, 100);
}

connect();
