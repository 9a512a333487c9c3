#!/usr/bin/env bash
# What the entry point of the image postgres does that docker-compose.yml builds on: it prepares an empty
# volume, with a server that nobody reaches by TCP, and then becomes the server.
set -euo pipefail

if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
  # The arguments are words of one variable, as the vendor has it.
  # shellcheck disable=SC2086
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS-}
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --options="-c listen_addresses=" start
  createdb --username="$POSTGRES_USER" --maintenance-db=postgres "$POSTGRES_DB"
  pg_ctl --wait --mode=fast stop
fi

exec "$@"
