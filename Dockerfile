# One image for all services and for the two command-line tools: one thing to build, sign, scan and pull, and its parts
# are always of one version. SERVICE says which of them a container runs; arguments are passed on to it:
#
#   docker build -t iot-telemetry .
#   docker run -e SERVICE=ingestion-api -p 8001:8001 -e KAFKA_BOOTSTRAP_SERVERS=… -e MONGO_URL=… iot-telemetry
#   docker run -e SERVICE=load-generator iot-telemetry --base-url http://… --devices 10
#   docker exec CONTAINER telemetryctl lag
#
# BASE_IMAGE may be any image with Node 24 and a user of id 1000. A build of yours takes what the tag
# means on that day; a release names it by digest, in its provenance too.
ARG BASE_IMAGE=node:24-slim

# What the dependencies follow from. The stages below copy from here, so that only a change of a package.json or of the
# lock file makes them install again.
FROM ${BASE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

# What the services need at run time. Maps, type declarations and texts are more than half of it, and nothing reads them there;
# TypeScript comes along only for a compiler plugin that is not used.
FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts \
      --workspace libs/common --workspace apps --workspace tools/load-generator --workspace tools/telemetryctl \
    && find . -path '*/node_modules/*' -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) \
      ! -iname '*licen[cs]e*' ! -iname '*notice*' ! -iname '*copying*' -delete \
    && rm -rf node_modules/typescript node_modules/.package-lock.json package-lock.json .npmrc /root/.npm

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --ignore-scripts
COPY . .
# The compiled programs alone go to /built, in the folders that they have in the repository.
RUN for app in apps/*; do [ "$app" = apps/dashboard-web ] || set -- "$@" "$app"; done \
    && npx tsc -b "$@" tools/load-generator tools/telemetryctl && node apps/dashboard-web/build.mjs \
    && find libs apps tools -path '*/dist/*' -type f \( -name '*.js' -o -name '*.js.map' \) ! -path '*/node_modules/*' \
      -exec cp --parents -t "$(mkdir -p /built && echo /built)" {} + \
    && cp -r --parents apps/dashboard-web/dist /built

FROM ${BASE_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="iot-telemetry" \
      org.opencontainers.image.description="IoT telemetry platform: ingestion-api, dashboard-api, aggregator-worker, alerts-worker, mqtt-gateway, logic-worker, notifier, log-worker, load-generator, telemetryctl" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
# Everything belongs to root and is only read: the root file system may be read-only too.
COPY --from=dependencies /app ./
COPY --from=build /built ./
COPY LICENSE ./
COPY config ./config
COPY ops/container ./ops/container
COPY --chmod=755 ops/container/telemetryctl /usr/local/bin/telemetryctl
# The services report npm_package_version, which npm sets where it starts them, as their version.
ENV NODE_ENV=production \
    npm_package_version=${VERSION}
# The user `node`, as numbers: Kubernetes can tell from them that it is not root.
USER 1000:1000
EXPOSE 8001 8002 8003 8004 8005 8006 8007 8008
STOPSIGNAL SIGTERM
# Not ready is no reason to replace a container, so this asks whether it is alive. A command-line tool counts as healthy.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["node", "ops/container/healthcheck.mjs", "live"]
# No shell and no npm in between: signals reach the program.
ENTRYPOINT ["node", "--enable-source-maps", "/app/ops/container/run.mjs"]
