# The image synapse/core: one file of JavaScript, and the Deno that it was tested with.
# Building, and what the image expects of its surroundings: docs/deployment.md.

# A journal in Postgres is backed up and restored by its client programs, of the server's major version:
# Debian bookworm has those of 15, trixie those of 17.
ARG DEBIAN=bookworm

FROM denoland/deno:bin-2.9.6 AS deno

FROM debian:${DEBIAN}-slim AS build
COPY --from=deno /deno /usr/local/bin/deno
WORKDIR /src
COPY . .
ENV DENO_DIR=/deno-dir
# The commit, which `synapse version` says: the build has no git.
ARG REVISION=unknown
# Where packages come through a proxy with a certificate of its own: --secret id=ca,src=FILE
RUN --mount=type=cache,target=/deno-dir --mount=type=secret,id=ca \
    if [ -f /run/secrets/ca ]; then export DENO_CERT=/run/secrets/ca; fi; \
    SYNAPSE_REVISION="$REVISION" deno task bundle

FROM debian:${DEBIAN}-slim AS postgres
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client

FROM debian:${DEBIAN}-slim
# The two programs and their library: the whole package brings Perl along.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpq5 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
COPY --from=postgres /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_restore /usr/local/bin/
RUN groupadd --gid 1000 synapse \
 && useradd --uid 1000 --gid synapse --home-dir /app --no-create-home --shell /usr/sbin/nologin synapse \
 && mkdir -p /app/config /app/skills /app/data /app/logs /app/backups \
 && chown synapse:synapse /app/data /app/logs /app/backups
COPY --from=deno /deno /usr/local/bin/deno
COPY --chmod=755 deploy/docker/synapse /usr/local/bin/synapse
COPY --from=build /src/dist/synapse.js /usr/local/lib/synapse/synapse.js

# Deno keeps compiled code in DENO_DIR. Where that cannot be written, each start compiles anew.
ENV MODE=docker \
    SYNAPSE_HOST=0.0.0.0 \
    SYNAPSE_PORT=8000 \
    SYNAPSE_METRICS_PORT=9090 \
    SYNAPSE_DATA_DIR=/app/data \
    SYNAPSE_SKILLS_DIR=/app/skills \
    DENO_DIR=/tmp \
    DENO_NO_UPDATE_CHECK=1

ARG VERSION=3.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Synapse" \
      org.opencontainers.image.description="A runtime for agents that live long: each session is a durable actor" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

WORKDIR /app
USER 1000:1000
VOLUME ["/app/data", "/app/logs"]
EXPOSE 8000 9090
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["synapse", "health"]
ENTRYPOINT ["synapse"]
CMD ["serve"]
