#!/bin/sh
# nodemon that gets SIGINT passes it on to its application twice. An application that handles the first one, for example to
# write its last log lines, is interrupted by the second; with process.once('SIGINT') the second ends it.
#
# Seen with nodemon 3.1.14 and Node 20.20.2 on Linux: SIGINT is sent to nodemon's process only, not to its group, and the
# application's listener is called twice.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error nodemon@3.1.14 >/dev/null

cat >app.js <<'END'
const { appendFileSync, writeFileSync } = require('node:fs')
process.on('SIGINT', () => appendFileSync('signals', 'SIGINT\n'))
writeFileSync('ready', '')
setTimeout(() => writeFileSync('ended', ''), 3000)
END

node -e '
  const { spawn } = require("node:child_process")
  const { existsSync } = require("node:fs")
  const nodemon = spawn("node_modules/.bin/nodemon", ["--quiet", "app.js"], { stdio: "ignore" })
  const ready = setInterval(() => {
    if (!existsSync("ready")) return
    clearInterval(ready)
    nodemon.kill("SIGINT")
    const ended = setInterval(() => existsSync("ended") && clearInterval(ended), 50)
  }, 50)
'
count=$(grep -c SIGINT signals)
echo "nodemon 3.1.14, node $(node --version): the application got SIGINT $count times"
test "$count" -eq 2
