#!/bin/sh
# AsyncLocalStorage through workerpool: the promise of pool.exec() is not a Promise but workerpool's own, and its then(), catch() and
# always() call back in the context of whoever happened to call exec() first on that worker. A line that is logged there has the
# request id of somebody else. With await or Promise.resolve() in between, the context is right.
#
# Seen with workerpool 10.0.3 and Node 20.20.2 (the same with 22.23.3, 24.21.0 and 26.10.0), tasks of contexts a, b and c:
#   then() sees a, a, a; await sees a, b, c.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error workerpool@10.0.3 >/dev/null

cat >pool.js <<'END'
const { AsyncLocalStorage } = require('node:async_hooks')
const pool = require('workerpool').pool({ maxWorkers: 1, workerType: 'thread' })
const context = new AsyncLocalStorage()
const task = () => pool.exec(() => 1)
const all = (run) => Promise.all(['a', 'b', 'c'].map((name) => context.run(name, run)))
;(async () => {
  const then = await all(() => new Promise((resolve) => task().then(() => resolve(context.getStore()))))
  const awaited = await all(async () => (await task(), context.getStore()))
  console.log(`then ${then}, await ${awaited}`)
  await pool.terminate()
})()
END

seen=$(node pool.js)
echo "workerpool 10.0.3, node $(node --version): $seen"
test "$seen" = 'then a,a,a, await a,b,c'
