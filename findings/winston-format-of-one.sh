#!/bin/sh
# The format of one winston transport changes what another transport writes, and the application's own object. Each transport
# formats a copy of the record, but a shallow one: a format of the first transport that shortens a field of a nested object, for
# the console only, shortens it for the file as well, if it is configured after the console, and for the caller.
#
# Seen with winston 3.19.0 and Node 20.20.2: the second transport, with no such format, writes "short", and so does the caller.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error winston@3.19.0 >/dev/null

cat >log.js <<'END'
const { createLogger, format, transports } = require('winston')
const shorten = format((info) => {
  info.request.body = 'short'
  info.level = 'short'
  return info
})
const show = format.printf((info) => `${info.level} ${info.request.body}`)
const logger = createLogger({
  transports: [
    new transports.Console({ format: format.combine(shorten(), show) }),
    new transports.Console({ format: show }),
  ],
})
const request = { body: 'a long text' }
logger.info('got', { request })
console.log('caller', request.body)
END

seen=$(node log.js | paste -sd , -)
echo "winston 3.19.0, node $(node --version): $seen"
test "$seen" = 'short short,info short,caller short'
