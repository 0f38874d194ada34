#!/bin/sh
# consola takes different errors for repetitions of one error. It finds repeated logs by JSON.stringify of the arguments, and an
# Error is "{}" there, as is a Map or a Set. After a few within a second, errors are only counted as "repeated", and their
# messages and stacks are never shown.
#
# Seen with consola 3.4.2 and Node 20.20.2: of ten errors "number 0" to "number 9", 0 to 5 are shown, the last one
# again with "(repeated 4 times)"; 6 to 9 appear nowhere. As texts, all ten are shown.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error consola@3.4.2 >/dev/null

cat >log.mjs <<'END'
import { createConsola } from 'consola'
const consola = createConsola({ fancy: false, level: 3 })
for (let i = 0; i < 10; i++) consola.error(process.argv[2] === 'errors' ? new Error(`number ${i}`) : `number ${i}`)
END

different() { grep -o 'number [0-9]' "$1" | sort -u | wc -l; }
node log.mjs errors >errors 2>&1
node log.mjs texts >texts 2>&1
echo "consola 3.4.2, node $(node --version): $(different errors) of 10 errors, $(different texts) of 10 texts," \
  "$(grep -o '(repeated.*)' errors)"
test "$(different errors)" -eq 6
test "$(different texts)" -eq 10
grep -q '(repeated 4 times)' errors
