#!/bin/sh
# winston's File transport with maxsize loses lines of a burst, although the logger's end is waited for and nothing fails. When it
# moves on to the next file, what is queued for the file before does not all get there. Without maxsize the same burst arrives.
#
# Seen with winston 3.19.0 and Node 20.20.2, 2000 lines of about 100 bytes, maxsize 102400: about 1830 lines are in the files, and
# 2000 without maxsize. No error, no warning.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error winston@3.19.0 >/dev/null

cat >log.js <<'END'
const { createLogger, transports } = require('winston')
const [folder, maxsize] = process.argv.slice(2)
const file = new transports.File({ dirname: folder, filename: 'app.log', maxsize: Number(maxsize) || null })
const logger = createLogger({ transports: [file] })
for (const source of [file, logger]) source.on('error', (error) => console.error(error))
for (let i = 0; i < 2000; i++) logger.info(String(i).padEnd(70, '.'))
logger.end()
END

node log.js limited 102400
node log.js whole
limited=$(cat limited/* | wc -l)
whole=$(cat whole/* | wc -l)
echo "winston 3.19.0, node $(node --version): with maxsize $limited of 2000 lines, without $whole of 2000"
test "$limited" -gt 0
test "$limited" -lt 2000
test "$whole" -eq 2000
