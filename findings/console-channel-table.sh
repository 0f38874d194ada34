#!/bin/sh
# The diagnostics channels of newer Node versions, such as "console.log", do not tell what was called. console.table() comes as
# console.log with the drawn table as a text, a failed console.assert() as console.warn, console.trace() as console.error with the
# stack in the text, and console.dir() does not come at all, although it prints.
#
# Seen with Node 26.10.0: log, table, assert, trace and dir of an object are four messages: log with the object, then log, warn
# and error with a text first. log and dir print the object.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error node@26.10.0 >/dev/null

cat >log.js <<'END'
const { subscribe } = require('node:diagnostics_channel')
const seen = []
for (const name of ['log', 'info', 'debug', 'warn', 'error'])
  subscribe(`console.${name}`, ([first]) => seen.push(`${name}:${typeof first}`))
console.log({ a: 1 })
console.table([{ a: 1 }])
console.assert(false, { a: 1 })
console.trace({ a: 1 })
console.dir({ a: 1 })
require('node:fs').writeFileSync('seen', seen.join(' '))
END

node_modules/.bin/node log.js >output 2>&1
seen=$(cat seen)
echo "node $(node_modules/.bin/node --version): $seen, $(grep -c '^{ a: 1 }' output) objects printed"
test "$seen" = 'log:object log:string warn:string error:string'
test "$(grep -c '^{ a: 1 }' output)" -eq 2
