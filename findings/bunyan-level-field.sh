#!/bin/sh
# A field that happens to be called "level" decides whether bunyan writes the record at all: log.error({ level: 3 }, ...) for a
# battery, a game or a heading is compared with the stream's level as if it were the record's own and is not written. A text
# ("level": "high") is never written, whatever the stream's level. Nothing is reported.
#
# Seen with bunyan 2.0.5 and Node 20.20.2: of three errors only the one whose field is called otherwise is written.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error bunyan@2.0.5 >/dev/null

cat >log.js <<'END'
const log = require('bunyan').createLogger({ name: 'app', level: 'trace' })
log.error({ charge: 3 }, 'charge is a number')
log.error({ level: 3 }, 'level is a number')
log.error({ level: 'high' }, 'level is a text')
END

node log.js >log
seen=$(node -e 'for (const line of fs.readFileSync("log", "utf8").trim().split("\n")) console.log(JSON.parse(line).msg)')
echo "bunyan 2.0.5, node $(node --version): written: $seen"
test "$seen" = 'charge is a number'
