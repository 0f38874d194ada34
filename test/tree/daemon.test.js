'use strict'
// Daemon: a child that only starts others outlives its root, and they log into the same log.

const assert = require('node:assert/strict')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog } = require('../helpers/run')

for (const way of /** @type {const} */ (['-r', 'NODE_OPTIONS'])) {
  it(`logs what a daemon starts after the command that started it has ended, by ${way}`, async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const env = { TMPDIR: directory, XDG_RUNTIME_DIR: '' }
    // The run is over when the last of them has closed its stderr.
    const { code, stderr } = await run('death/daemon.js', { way, config, env })
    assert.deepEqual([code, stderr], [0, ''])
    assertDelivered(readLog(path), { 'fork#1/fork#2': 100 })
    const base = readdirSync(directory).find((name) => name.startsWith('logshare-'))
    assert.deepEqual(readdirSync(join(directory, String(base))), [])
  })
}
