#!/bin/sh
# The steps of a job, as they might be anywhere: it knows psql and kubectl, and nothing of bothkeys. What it is given is
# DATABASE_URL with PGPASSFILE, and KUBECONFIG.
set -eu
cd "$(dirname "$0")"
db() { psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 "$@" "$DATABASE_URL"; }

case "$1" in
  report) db --csv --command 'select name, email from customers order by id' ;;
  migrate) db --file migration.sql ;;
  clean-up) db --command 'drop table customers' ;;
  show-secret) kubectl get secret database --output yaml ;;
  deploy) kubectl apply --validate=false --filename deployment.yaml ;;
  tear-down) kubectl delete deployment web ;;
  *) echo "there is no step $1" >&2 && exit 64 ;;
esac
