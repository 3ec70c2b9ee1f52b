import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { problem, ProblemError } from "../wire/problem.js";

/** What `npm run build` makes of src/ui. */
const FOLDER = new URL("../../dist/ui/", import.meta.url).pathname;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The addresses of the application's own pages, all answered with the one document. */
const PAGES = ["/", "/runs/*", "/pack-runs/*", "/jobs/*", "/correlations/*", "/workflows/*"];

/** Nothing inline, nothing from elsewhere: what an event says can never run. */
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
};

/** The name holds a hash of the content. */
const FOR_EVER = "public, max-age=31536000, immutable";

interface Asset {
  type: string;
  etag: string;
  /** As it is, and compressed. */
  identity: Buffer;
  gzip: Buffer;
  br: Buffer;
}

/** The web application: a document for each of its pages, and what it is made of. */
export function uiRoutes(app: FastifyInstance, logger: Logger): void {
  if (!existsSync(FOLDER)) {
    logger.warn("there is no web application here; npm run build makes it");
    return;
  }
  const assets = readAssets();

  const document = assets.get("index.html");
  if (!document) throw new Error(`${FOLDER} has no index.html`);
  for (const url of PAGES) {
    app.get(url, (request, reply) => {
      void reply.headers(SECURITY);
      return send(document, "no-cache", request, reply);
    });
  }

  app.get("/assets/*", (request, reply) => {
    const { "*": name } = request.params as { "*": string };
    const asset = assets.get(`assets/${name}`);
    if (asset) return send(asset, FOR_EVER, request, reply);
    throw new ProblemError(problem("not-found", "The application has no such part (any more)."));
  });
}

function readAssets(): ReadonlyMap<string, Asset> {
  const names = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
  return new Map(
    names
      .filter((name) => extname(name) in TYPES)
      .map((name) => {
        const file = join(FOLDER, name);
        const identity = readFileSync(file);
        const hash = createHash("sha256").update(identity).digest("base64url").slice(0, 22);
        const asset = {
          type: TYPES[extname(name)] ?? "",
          etag: hash,
          identity,
          gzip: readFileSync(`${file}.gz`),
          br: readFileSync(`${file}.br`),
        };
        return [name, asset];
      }),
  );
}

function send(
  asset: Asset,
  cacheControl: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const encoding = encodingFor(request.headers["accept-encoding"]);
  const etag = `"${asset.etag}-${encoding}"`;
  void reply.headers({
    "content-type": asset.type,
    "cache-control": cacheControl,
    vary: "Accept-Encoding, Origin",
    etag,
  });
  if (request.headers["if-none-match"] === etag) return reply.code(304).send();
  if (encoding !== "identity") void reply.header("content-encoding", encoding);
  return reply.send(asset[encoding]);
}

/** The smallest form that is taken (RFC 9110, section 12.5.3). */
function encodingFor(accepted = ""): "br" | "gzip" | "identity" {
  const takes = (name: string) =>
    accepted.split(",").some((item) => {
      const [coding = "", ...parameters] = item.split(";").map((part) => part.trim());
      return coding === name && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    });
  return takes("br") ? "br" : takes("gzip") ? "gzip" : "identity";
}
