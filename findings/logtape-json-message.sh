#!/bin/sh
# LogTape's JSON Lines formatter puts {} into the message where its text formatter puts an error: the placeholder {error} of
# error('failed: {error}', { error }) is rendered with JSON.stringify, which finds nothing in an Error, nor in a Map or a Set. The
# same record's properties in the same line have the error's name, message and stack, so the library knows how to write it.
#
# Seen with @logtape/logtape 2.4.2 and Node 20.20.2: "failed: {}"; with the text formatter "failed: Error: no disk".
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @logtape/logtape@2.4.2 >/dev/null

cat >log.mjs <<'END'
import { configure, getJsonLinesFormatter, getLogger, getTextFormatter } from '@logtape/logtape'
const json = getJsonLinesFormatter()
const text = getTextFormatter({ timestamp: 'none' })
const out = (record) => {
  const { message, properties } = JSON.parse(json(record))
  console.log(`${message}, property ${properties.error.message}`)
  console.log(text(record).split('\n')[0])
}
await configure({
  sinks: { out },
  loggers: [{ category: 'app', sinks: ['out'] }, { category: ['logtape', 'meta'], sinks: ['out'], lowestLevel: 'error' }],
})
getLogger('app').error('failed: {error}', { error: new Error('no disk') })
END

seen=$(node log.mjs | paste -sd '|' -)
echo "@logtape/logtape 2.4.2, node $(node --version): $seen"
test "$seen" = 'failed: {}, property no disk|[ERR] app: failed: Error: no disk'
