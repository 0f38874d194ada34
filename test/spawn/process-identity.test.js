'use strict'
// An application cannot tell that its child processes log to it: not by what it starts, gets or hands over, not in them.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { assertSame, readResult, runPlain } = require('../helpers/identity.js')
const { readLog, run, scratch, WAYS } = require('../helpers/run.js')

for (const way of WAYS) {
  test(`child processes by ${way}`, async (t) => {
    const directory = scratch(t)
    const log = join(directory, 'app.log')
    const options = {
      way,
      limit: 180_000,
      env: { XDG_RUNTIME_DIR: directory, TMPDIR: directory },
      config: { handlers: [{ type: 'file', path: log }, { type: 'relay' }] },
    }
    const plain = readResult(await runPlain('process-variants.js', options))
    assert.equal(plain.code, 0)
    const ours = readResult(await run('process-variants.js', options))
    assertSame({ plain, ours })
    assertLogged(log)
    // An ES module sees the same, whose imports are older than an installation by the program.
    if (way !== 'NODE_OPTIONS')
      assertSame({ plain, ours: readResult(await run('process-variants.mjs', options)) })
  })
}

/**
 * Logshare was there: what was printed to the root's own streams is in the log, and nothing that is data.
 * @param {string} path
 */
function assertLogged(path) {
  const records = readLog(path)
  assertDelivered(records)
  // Node's own warnings are records too, and not of every Node.
  const told = records.filter(({ lib }) => lib !== 'warning')
  const printed = told.map(({ source, msg }) => `${source.replace(/#\d+/, '')}: ${msg}`)
  assert.deepEqual(printed.sort(), [
    'root: the root prints',
    'root: the root prints to stderr',
    'spawn: inherited',
    'spawn: inherited by spawnSync',
    'spawn: uncaughtException: of the child',
  ])
}
