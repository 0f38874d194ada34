#!/bin/sh
# concurrently does not wait for the end of a line. If a command writes a record in two pieces, as a pipe delivers any long one,
# and another command's line comes in between, concurrently ends the first piece with a line break of its own and gives the second
# a prefix, like a line. What each command wrote was whole lines only.
#
# Seen with concurrently 9.2.5 and Node 20.20.2: {"from":"a"} and {"from":"b"} come out as three lines:
#   [0] {"from":
#   [1] {"from":"b"}
#   [0] "a"}
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error concurrently@9.2.5 >/dev/null

cat >command.js <<'END'
const { existsSync } = require('node:fs')
const when = (file, run) => (existsSync(file) ? run() : setTimeout(when, 20, file, run))
if (process.argv[2] === 'b') when('seen-a', () => console.log('{"from":"b"}'))
else {
  process.stdout.write('{"from":')
  when('seen-b', () => console.log('"a"}'))
}
END
cat >run.mjs <<'END'
import { writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import concurrently from 'concurrently'
let seen = ''
const outputStream = new Writable({
  write(chunk, encoding, done) {
    seen += chunk
    if (seen.includes('{"from":')) writeFileSync('seen-a', '')
    if (seen.includes('{"from":"b"}')) writeFileSync('seen-b', '')
    done()
  },
})
await concurrently(['node command.js a', 'node command.js b'], { outputStream }).result
console.log(seen)
END

timeout 30 node run.mjs | grep '"' >seen
echo "concurrently 9.2.5, node $(node --version):"
cat seen
test "$(paste -sd , seen)" = '[0] {"from":,[1] {"from":"b"},[0] "a"}'
