#!/bin/sh
# Plans and applies a Danish shoe shop on a sandbox with some existing content; then moves a page.
set -eu
example="$(cd "$(dirname "$0")" && pwd)/nordisk-sko"
work="$(mktemp -d)"
trap 'kill "$sandbox" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM

cp -R "$example" "$work/shop"
cd "$work/shop"
export SHOPFORM_STAGING_TOKEN=demo-key SHOPFORM_SHOP=staging
shopform sandbox --port 0 --token demo-key --seed seed/sandbox.json --ready-file "$work/port" >"$work/log" 2>&1 &
sandbox=$!
while [ ! -s "$work/port" ]; do
  kill -0 "$sandbox" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done

# Changes a file of the project.
edit() { sed -i.bak "$1" "$2" && rm "$2.bak"; }
edit "s#http://127.0.0.1:8484#http://127.0.0.1:$(cat "$work/port")#" shopform.yaml

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
run() { say "$@"; "$@"; }
# The first lines and the last ones of what a command prints.
brief() {
  say "$@"
  "$@" >"$work/out"
  awk -v first="$first" '
    { line[NR] = $0 }
    END {
      for (i = 1; i <= first; i++) print line[i]
      printf "  ... (%d lines omitted)\n", NR - first - 5
      for (i = NR - 4; i <= NR; i++) print line[i]
    }' "$work/out"
}

first=14 brief shopform plan --summary
first=0 brief shopform apply --summary --auto-approve
run shopform plan --detailed-exitcode

printf '\nA page moves, in the files. What happens to old links to it?\n'
edit 's#dame/stoevler/vinterstoevler#dame/stoevler/vinter#' kategorier/dame.yaml
run shopform plan || printf '\nexit code %s\n' "$?"

printf '\nAdd a redirect for the old path, and point the older redirect to the new one.\n'
edit 's#/dame/stoevler/vinterstoevler$#/dame/stoevler/vinter#' viderestillinger.yaml
cat >flyttet.yaml <<'EOF'
redirects:
  vinterstoevler-flyttet: {source: /dame/stoevler/vinterstoevler, target: /dame/stoevler/vinter}
EOF
run shopform apply --auto-approve
