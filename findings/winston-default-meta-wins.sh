#!/bin/sh
# winston's defaultMeta is not only a default. It yields to a field in info('text', { field }), but replaces the same field in
# info({ message: 'text', field }), which reads as another way to say the same. It also replaces what a child logger was made
# with: the more special binding loses to the more general one.
#
# Seen with winston 3.19.0 and Node 20.20.2, defaultMeta { from: 'default' }:
#   info('text', { from: 'call' })                     call
#   info({ message: 'text', from: 'call' })            default
#   child({ from: 'child' }).info('text')              default
#   child({ from: 'child' }).info('text', { x: 1 })    default
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error winston@3.19.0 >/dev/null

cat >log.js <<'END'
const { createLogger, format, transports } = require('winston')
const logger = createLogger({
  defaultMeta: { from: 'default' },
  format: format.printf((info) => info.from),
  transports: [new transports.Console()],
})
logger.info('text', { from: 'call' })
logger.info({ message: 'text', from: 'call' })
logger.child({ from: 'child' }).info('text')
logger.child({ from: 'child' }).info('text', { x: 1 })
END

seen=$(node log.js | paste -sd ' ' -)
echo "winston 3.19.0, node $(node --version): $seen"
test "$seen" = 'call default default default'
