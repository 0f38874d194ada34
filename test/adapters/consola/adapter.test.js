'use strict'
// The consola adapter: a child's records come out of the root's logger, or are in a file.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run } = require('../../helpers/run')
const { canSeeModules, describeLibrary, runApp } = require('../../helpers/small')

describeLibrary('consola')

it('of imported modules DEBUG tells on a Node that cannot see them', {
  skip: canSeeModules,
}, async (t) => {
  const { stderr } = await runApp(t, 'consola', {
    FORM: 'import',
    KIND: 'none',
    DEBUG: 'logshare*',
  })
  assert.equal(stderr.match(/consola.*if imported, is not adapted/g)?.length, 1)
})

for (const flag of ['-e', '-p']) {
  it(`node ${flag} is as without us`, async () => {
    const { stdout, stderr } = await run('empty.js', {
      flags: [flag, 'console.log(require("consola").consola.level)'],
    })
    assert.deepEqual([stdout.split('\n')[0], stderr], ['3', ''])
  })
}
