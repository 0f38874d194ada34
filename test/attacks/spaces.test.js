'use strict'
// Children in PID namespaces of their own, where process ids mean nothing to the root and the same id stands for several.

const assert = require('node:assert/strict')
const { mkdirSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { run, scratch, readLog } = require('../helpers/run')

const SPACE = ['unshare', '--pid', '--fork']
/** Gives the program an id that no process outside has. */
const HIGH = ['sh', '-c', 'echo 31990 >/proc/sys/kernel/ns_last_pid; "$@"; true', 'sh']

for (const [what, prefix] of Object.entries({
  'a namespace each': [...SPACE, '--mount-proc'],
  "a namespace each, and the root's /proc": SPACE,
  'ids that are free outside': [...SPACE, '--mount-proc', ...HIGH],
})) {
  it(`children with ${what}`, async (t) => {
    const folder = scratch(t)
    const path = join(folder, 'app.log')
    const runtime = join(folder, 'runtime')
    mkdirSync(runtime, { mode: 0o700 })
    const { code, stderr } = await run('attacks/space.js', {
      args: [JSON.stringify(prefix)],
      config: { handlers: [{ type: 'file', path }] },
      env: { XDG_RUNTIME_DIR: runtime },
    })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const records = readLog(path)
    for (const nth of ['1', '2', '3']) {
      assert.deepEqual(
        records.filter((each) => each.nth === nth).map(({ i }) => i),
        Array.from({ length: 200 }, (_, i) => i + 1),
      )
    }
    assert.deepEqual(readdirSync(join(runtime, 'logshare-0')), [])
  })
}
