#!/bin/sh
# pino-pretty hides fields of a record that has "type": "Error" and a "stack" next to its message: it takes the whole record for an
# error and shows only the stack. The request id, the user and everything else a search in the terminal would need is gone. With
# any other type, such as "TypeError", all fields are there.
#
# Seen with pino-pretty 13.2.0 and Node 20.20.2: requestId is shown for TypeError and not for Error.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error pino-pretty@13.2.0 >/dev/null

for type in Error TypeError; do
  printf '{"level":50,"requestId":"r-1","type":"%s","stack":"%s: failed","msg":"failed"}\n' "$type" "$type" |
    node_modules/.bin/pino-pretty --no-colorize >"$type"
  echo "pino-pretty 13.2.0, node $(node --version), $type: requestId on $(grep -c requestId "$type" || true) lines"
done
grep -q 'Error: failed' Error
test "$(grep -c requestId Error || true)" -eq 0
test "$(grep -c requestId TypeError || true)" -eq 1
