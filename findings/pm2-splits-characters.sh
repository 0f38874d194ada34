#!/bin/sh
# pm2 damages text that is not ASCII in long output. It makes a string of each chunk that it reads from a program's pipe, by itself, so
# that a character whose bytes are in two chunks becomes U+FFFD on both sides. It happens with every format, also the default one, which
# adds nothing to the text: a record of JSON with a long non-English value is another one in the log. A shell's > keeps the bytes.
#
# Seen with pm2 7.0.4 and Node 20.20.2: one line of 400,002 bytes; 12 times U+FFFD in the log, and 6 characters are missing.
set -eu

folder=$(mktemp -d)
export PM2_HOME="$folder/home"
pm2() { node "$folder/node_modules/pm2/bin/pm2" "$@" >/dev/null 2>&1; }
trap 'pm2 kill || true; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --ignore-scripts --no-audit --no-fund --loglevel=error pm2@7.0.4 >/dev/null

cat >app.js <<'END'
process.stdout.write(`x${'é'.repeat(200_000)}\n`)
setInterval(() => {}, 1000)
END
pm2 start app.js --name app --log "$folder/log"
cat >count.js <<'END'
const { readFileSync } = require('node:fs')
const read = () => { try { return readFileSync('log', 'utf8') } catch { return '' } }
const look = () => {
  const text = read()
  if (!text.endsWith('\n')) return setTimeout(look, 50)
  const count = (of) => text.split(of).length - 1
  console.log(`${count('\ufffd')} ${200_000 - count('é')}`)
}
look()
END
set -- $(timeout 60 node count.js)
echo "pm2 7.0.4, node $(node --version): $1 times U+FFFD, $2 characters missing"
test "$1" -gt 0 -a "$1" = $((2 * $2))
