#!/bin/sh
# log.error(error) writes the message "undefined" if the logger has a serializer for "err" that returns a text. bunyan takes the
# message of such a call not from the error but from what the serializer has made of it. With a message of its own,
# log.error(error, 'text'), the same logger writes all. Nothing is reported.
#
# Seen with bunyan 2.0.5 and Node 20.20.2.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error bunyan@2.0.5 >/dev/null

cat >log.js <<'END'
const serializers = { err: (error) => `${error.name}: ${error.message}` }
const log = require('bunyan').createLogger({ name: 'app', serializers })
log.error(new RangeError('too large'), 'of its own')
log.error(new RangeError('too large'))
END

node log.js >log
seen=$(node -e 'for (const line of fs.readFileSync("log", "utf8").trim().split("\n")) { const { msg, err } = JSON.parse(line); console.log(`${msg} (${err})`) }')
echo "bunyan 2.0.5, node $(node --version): $seen"
test "$(echo "$seen" | tail -n 1)" = 'undefined (RangeError: too large)'
