'use strict'
// Child processes: neither the parent nor the child can see a difference to a run without logshare.

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
    // The same in an ES module, whose imports are evaluated before the program installs logshare.
    if (way !== 'NODE_OPTIONS')
      assertSame({ plain, ours: readResult(await run('process-variants.mjs', options)) })
  })
}

/**
 * Checks that logshare was active: output to the root's own streams is in the log, and output that is data is not.
 * @param {string} path
 */
function assertLogged(path) {
  const records = readLog(path)
  assertDelivered(records)
  // Node's own warnings are records too, but differ between Node versions; so do the results that the program prints.
  const told = records.filter(({ lib, msg }) => lib !== 'warning' && !msg.startsWith('{'))
  const printed = told.map(({ source, msg }) => `${source.replace(/#\d+/, '')}: ${msg}`)
  assert.deepEqual(printed.sort(), [
    'root: the root prints',
    'root: the root prints to stderr',
    'spawn: inherited',
    'spawn: inherited as data',
    'spawn: inherited by spawnSync',
    'spawn: inherited by spawnSync as data',
    'spawn: uncaughtException: of the child',
  ])
}
