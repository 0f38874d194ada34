#!/bin/sh
# On Node 20, a script that vm compiles from a code cache keeps the file name that the cache was made with, whatever `filename` says,
# and the cache is not rejected. So an error's stack, the call site that a logger writes and a coverage report name a file in the
# folder from which an installation was copied, together with its caches. Node 22 takes the name that is given.
#
# Seen with Node 20.20.2: accepted, at /first/app.js:1:1; with Node 22.23.3: accepted, at /second/app.js:1:1.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >cache.js <<'JS'
const { Script } = require('node:vm')
const text = 'new Error("x").stack.split("\\n")[1].trim()'
const cachedData = new Script(text, { filename: '/first/app.js' }).createCachedData()
// As another process does, which has compiled nothing like it.
const { execFileSync } = require('node:child_process')
const load = `
  const { Script } = require('node:vm')
  const cachedData = Buffer.from(process.argv[2], 'base64')
  const script = new Script(process.argv[1], { filename: '/second/app.js', cachedData })
  console.log(script.cachedDataRejected ? 'rejected' : 'accepted', script.runInThisContext())`
const args = ['-e', load, text, cachedData.toString('base64')]
process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }))
JS

for version in 20.20.2 22.23.3; do
  mkdir $version
  (cd $version && npm init -y >/dev/null && npm install --no-audit --no-fund "node@$version" >/dev/null)
done
old=$(20.20.2/node_modules/node/bin/node cache.js)
new=$(22.23.3/node_modules/node/bin/node cache.js)
echo "node 20.20.2: $old; node 22.23.3: $new"
test "$old" = 'accepted at /first/app.js:1:1'
test "$new" = 'accepted at /second/app.js:1:1'
