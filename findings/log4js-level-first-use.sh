#!/bin/sh
# A category of log4js inherits from the one above it ("http.api" from "http"), but only once: its level is copied when getLogger()
# is called for it the first time. After getLogger('http').level = 'info', to see more of a running service, the loggers below
# that exist stay silent, and those that are made later talk.
#
# Seen with log4js 6.9.1 and Node 20.20.2: of http, http.early and http.late, "http" and "http.late" write an info line.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error log4js@6.9.1 >/dev/null

cat >log.js <<'END'
const log4js = require('log4js')
log4js.configure({
  appenders: { out: { type: 'stdout', layout: { type: 'pattern', pattern: '%c' } } },
  categories: { default: { appenders: ['out'], level: 'error' }, http: { appenders: ['out'], level: 'error' } },
})
const early = log4js.getLogger('http.early')
log4js.getLogger('http').level = 'info'
const late = log4js.getLogger('http.late')
for (const log of [log4js.getLogger('http'), early, late]) log.info('request')
END

seen=$(node log.js | paste -sd ' ' -)
echo "log4js 6.9.1, node $(node --version): $seen"
test "$seen" = 'http http.late'
