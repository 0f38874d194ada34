#!/bin/sh
# readline of newer Node versions breaks lines of JSON. It takes U+2028 and U+2029 for ends of lines as well as "\n", and both are
# allowed unescaped in a JSON string: JSON.stringify() leaves them as they are. A log record with such a character, which text that
# was pasted from a web page or a word processor has at times, comes out of the "line" event as two or more pieces that do not
# parse. With Node 20 and 22 the same program gets the record.
#
# Seen with readline of Node 24.21.0 and 26.10.0: 3 lines of one record; 20.20.2 and 22.23.3: 1 line.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 22.23.3 24.21.0 26.10.0; do
  mkdir "$version"
  (cd "$version" && npm init -y >/dev/null &&
    npm install --no-audit --no-fund --loglevel=error "node@$version" >/dev/null)
done

cat >read.js <<'END'
const { createInterface } = require('node:readline')
const { Readable } = require('node:stream')
const record = JSON.stringify({ message: 'first\u2028second\u2029third' })
let lines = 0
createInterface({ input: Readable.from([record + '\n']) })
  .on('line', () => lines++)
  .on('close', () => console.log(lines))
END

seen=
for version in 22.23.3 24.21.0 26.10.0; do
  seen="$seen$version: $("$version/node_modules/.bin/node" read.js), "
done
echo "lines of one record, Node ${seen%, }"
test "$seen" = '22.23.3: 1, 24.21.0: 3, 26.10.0: 3, '
