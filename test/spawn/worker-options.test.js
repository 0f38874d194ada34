'use strict'
// Worker options: our Worker reads each option as often as Node's own, and fails as Node's own does.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { assertSame, runBoth } = require('../helpers/identity.js')
const { scratch, WAYS } = require('../helpers/run.js')

for (const way of WAYS) {
  test(`how a Worker's options are read by ${way}`, async (t) => {
    const runs = await runBoth('worker-asked.js', { way, env: { XDG_RUNTIME_DIR: scratch(t) } })
    assert.equal(runs.plain.code, 0)
    assert.ok(runs.plain.result['getters: a list to transfer'].asked.includes('transferList'))
    assert.match(
      runs.plain.result['getters: data that cannot be cloned'].seen.error.name,
      /DataCloneError/,
    )
    assertSame(runs)
  })
}
