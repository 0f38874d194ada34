#!/bin/sh
# log4js in the workers of a cluster writes nothing, without a word, if the primary has not loaded log4js: workers send their
# events to the primary and leave writing to it. The configuration in the worker is accepted, and isInfoEnabled() says true.
#
# Seen with log4js 6.9.1 and Node 20.20.2: 0 of 3 lines. With disableClustering: true in the worker's configuration, 3 of 3.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error log4js@6.9.1 >/dev/null

cat >primary.js <<'END'
const cluster = require('node:cluster')
cluster.setupPrimary({ exec: 'worker.js' })
cluster.fork()
END
cat >worker.js <<'END'
const log4js = require('log4js')
log4js.configure({
  appenders: { out: { type: 'stdout', layout: { type: 'messagePassThrough' } } },
  categories: { default: { appenders: ['out'], level: 'info' } },
  disableClustering: process.env.ALONE === '1',
})
const log = log4js.getLogger()
if (!log.isInfoEnabled()) process.exitCode = 1
for (let i = 1; i <= 3; i++) log.info(`line ${i}`)
process.disconnect()
END

clustered=$(node primary.js | grep -c line || true)
alone=$(ALONE=1 node primary.js | grep -c line || true)
echo "log4js 6.9.1, node $(node --version): $clustered of 3 lines, with disableClustering $alone of 3"
test "$clustered" -eq 0
test "$alone" -eq 3
