'use strict'
// Web worker: the global class Worker of Node 26 does not differ from Node's own, and its threads are children.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { assertSame, runBoth } = require('../helpers/identity.js')
const { readLog, run, scratch } = require('../helpers/run.js')

const MAJOR = Number(process.versions.node.split('.')[0])
const FLAGS = ['--experimental-web-worker']
/** How many threads of the program get as far as their first line. */
const THREADS = 7
/** Two more end before. */
const STARTED = 9

if (MAJOR >= 26) {
  for (const way of /** @type {const} */ (['-r', 'NODE_OPTIONS', 'install'])) {
    test(`the web's Worker by ${way}`, async (t) => {
      const directory = scratch(t)
      const path = join(directory, 'app.log')
      const config = { handlers: [{ type: 'file', path }] }
      const env = { XDG_RUNTIME_DIR: directory }
      const runs = await runBoth('modern/web.js', { way, flags: FLAGS, env, config })
      assert.equal(runs.plain.code, 0)
      assertSame(runs)
      const records = readLog(path)
      assertDelivered(records)
      const sources = records
        .filter(({ msg }) => msg === 'a thread was here')
        .map(({ source, lib }) => `${source.replace(/\d+/, 'N')} ${lib}`)
      // Threads of an application that calls install() have not loaded logshare: the main thread records what they print.
      const expected = way === 'install' ? 'root stdout' : 'worker#N console'
      assert.deepEqual(sources, Array(THREADS).fill(expected))
    })
  }

  test('with the option lifecycle, ends of web workers are recorded', async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const config = { lifecycle: true, handlers: [{ type: 'file', path }] }
    const env = { XDG_RUNTIME_DIR: directory }
    await run('modern/web.js', { flags: FLAGS, env, config })
    const told = readLog(path).filter(({ event }) => event)
    const [starts, ends] = ['start', 'end'].map((what) =>
      told.filter(({ event }) => event === what).map(({ child }) => child),
    )
    assert.deepEqual(
      starts,
      Array.from({ length: STARTED }, (_, i) => `worker#${i + 1}`),
    )
    assert.deepEqual(ends, starts)
  })
}
