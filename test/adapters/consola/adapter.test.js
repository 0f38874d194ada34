'use strict'
// The consola adapter: the root's logger, or a file handler, writes a child's records.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const { run } = require('../../helpers/run')
const { canSeeModules, describeLibrary, runApp } = require('../../helpers/small')

describeLibrary('consola')

it('DEBUG reports an imported package that this version of Node cannot hook', {
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
  it(`node ${flag} prints what it prints without logshare`, async () => {
    const { stdout, stderr } = await run('empty.js', {
      flags: [flag, 'console.log(require("consola").consola.level)'],
    })
    assert.deepEqual([stdout.split('\n')[0], stderr], ['3', ''])
  })
}
