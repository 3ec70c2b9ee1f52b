# The Runtrail gateway. nats-server is not in it: give it one with NATS_URL.
FROM node:20-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Our own scripts build, and there is nothing to be built yet. SQLite's binary is downloaded, or compiled.
RUN apk add --no-cache python3 make g++ && npm ci --ignore-scripts && npm rebuild better-sqlite3
COPY tsconfig.json tsconfig.build.json ./
COPY schemas schemas
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
WORKDIR /app
ENV NODE_ENV=production RUNTRAIL_HOST=0.0.0.0 RUNTRAIL_DATA=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/schemas schemas
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4280
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD wget -q -O /dev/null http://127.0.0.1:4280/readyz
# Drains on SIGTERM: allow it longer than RUNTRAIL_GRACE_MS (10 s).
STOPSIGNAL SIGTERM
CMD ["node", "dist/cli/main.js", "serve"]
