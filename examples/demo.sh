#!/bin/sh
# Plans, applies and plans again: a Danish shoe shop on a sandbox that has a few things already.
set -eu
example="$(cd "$(dirname "$0")" && pwd)/nordisk-sko"
work="$(mktemp -d)"
trap 'kill "$sandbox" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM

cp -R "$example" "$work/shop"
cd "$work/shop"
export SHOPFORM_STAGING_TOKEN=demo-key
shopform sandbox --port 0 --token demo-key --seed seed/sandbox.json --ready-file "$work/port" >"$work/log" 2>&1 &
sandbox=$!
while [ ! -s "$work/port" ]; do
  kill -0 "$sandbox" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done
sed -i.bak "s#http://127.0.0.1:8484#http://127.0.0.1:$(cat "$work/port")#" shopform.yaml
rm shopform.yaml.bak

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }
say shopform plan --shop staging --summary
say shopform apply --shop staging --auto-approve --summary
say shopform plan --shop staging --detailed-exitcode
