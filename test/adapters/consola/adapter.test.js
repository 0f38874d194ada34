'use strict'
// The consola adapter: children call their own reporters; a file of the root is written by the root.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const {
  describeFiles,
  describeFunction,
  describeImport,
  describePrinting,
} = require('../../helpers/destinations')
const { readLog, run, scratch } = require('../../helpers/run')
const { canSeeModules, runApp } = require('../../helpers/root-writes')

const error = { level: 50, fields: { lib: 'consola', type: 'error' } }

describePrinting('consola', { terminal: ['terminal'], error })
describeFiles('consola')
describeImport('consola')

describeFunction('consola', { what: 'a reporter', error })

for (const kind of ['root', 'worker', 'fork']) {
  it(`a trace in a ${kind} has no stack frames of logshare`, async () => {
    const program = 'adapters/consola-trace.js'
    const bare = await run(program, { args: [kind], way: 'none' })
    assert.match(bare.stdout, /consola-trace\.js/)
    for (const config of [{}, { handlers: [{ type: 'file', path: '/dev/null' }] }]) {
      const { stdout, stderr } = await run(program, { args: [kind], config })
      assert.deepEqual([stdout, stderr], [bare.stdout, bare.stderr])
    }
  })
}

it('a reporter that throws reaches the application, and the record the handlers', async (t) => {
  const path = join(scratch(t), 'app.log')
  const program = 'adapters/consola-throws.js'
  const bare = await run(program, { way: 'none' })
  assert.equal(bare.stdout, 'caught: no room\n')
  for (const config of [{}, { handlers: [{ type: 'file', path }] }]) {
    const { stdout, stderr } = await run(program, { config })
    assert.deepEqual([stdout, stderr], [bare.stdout, ''])
  }
  const [record] = readLog(path).filter(({ lib }) => lib === 'consola')
  assert.deepEqual([record.source, record.name, record.msg], ['fork#1', 'broken', 'lost'])
})

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
