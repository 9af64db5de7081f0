#!/usr/bin/env bash
# Brings the files of others that browsers are sent, from their npm packages; run it to take a newer version.
set -euo pipefail
cd "$(dirname "$0")/static"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --pack-destination "$folder" htmx.org@2.0.11
tar -xzOf "$folder"/htmx.org-2.0.11.tgz package/dist/htmx.min.js > htmx.min.js
sha256sum --check - <<'SUMS'
d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717  htmx.min.js
SUMS
