'use strict'
// Inspector: a debugger does not see the listener's thread where it can be done without, and holds up no exit.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog } = require('../helpers/run')

for (const how of ['open', 'session']) {
  it(`logs children and ends as without a debugger: ${how}`, async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const { code, stdout, stderr } = await run('listener/inspected.js', {
      args: [how],
      flags: how === 'open' ? ['--inspect=127.0.0.1:0'] : [],
      env: { XDG_RUNTIME_DIR: directory },
      config: { handlers: [{ type: 'file', path }] },
    })
    assert.equal(code, 3)
    assert.doesNotMatch(stderr, /logshare/) // such as that the listener made no progress for 5 s
    const isOpen = how === 'open'
    const seen = isOpen ? { listener: 'inline', id: 1, workers: 0 } : { listener: 'thread' }
    assert.deepEqual(JSON.parse(stdout), seen)
    assertDelivered(
      readLog(path).filter(({ source }) => source !== 'root'),
      {
        'fork#1': 1,
        ...(isOpen && { 'worker#1': 1 }),
      },
    )
  })
}
