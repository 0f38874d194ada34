#!/bin/sh
# A percent sign that is just a percent sign uses up an argument of a pino message, although nothing is put in its place. For
# util.format and console.log such a sign is text. With pino the first value is lost, and those after it move to the wrong places.
#
# Seen with pino 10.4.0 and Node 20.20.2, for ('disk 80% full on %s at %s', 'sda1', 'noon'):
#   pino          disk 80% full on noon at %s
#   util.format   disk 80% full on sda1 at noon
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error pino@10.4.0 >/dev/null

cat >log.js <<'END'
const { format } = require('node:util')
const log = require('pino')({}, { write: (line) => console.log('pino: ' + JSON.parse(line).msg) })
const message = ['disk 80% full on %s at %s', 'sda1', 'noon']
log.info(...message)
console.log('node: ' + format(...message))
END

node log.js >seen
echo "pino 10.4.0, node $(node --version):"
cat seen
grep -qx 'pino: disk 80% full on noon at %s' seen
grep -qx 'node: disk 80% full on sda1 at noon' seen
