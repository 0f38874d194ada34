'use strict'
// The tslog adapter, with versions 4 and 5: the root's logger or a file handler writes a child's records.

const assert = require('node:assert/strict')
const { cpSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { FIXTURES, ROOT, run, scratch } = require('../../helpers/run')
const { describeLibrary } = require('../../helpers/small')

describeLibrary('tslog')
describeLibrary('tslog4')

for (const library of ['tslog', 'tslog4']) {
  it(`${library}: positions of calls are the same as without logshare`, async (t) => {
    const path = scratch(t)
    const program = join(path, 'positions.js')
    const packages = join(path, 'node_modules')
    for (const name of ['positions.js', 'positions-wrapper.js'])
      cpSync(join(FIXTURES, 'adapters', name), join(path, name))
    cpSync(join(ROOT, 'node_modules', library), join(packages, 'tslog'), { recursive: true })
    const texts = []
    for (const way of /** @type {const} */ (['none', '-r'])) {
      const OUT = join(path, `${way}.log`)
      const { stderr } = await run(program, { way, env: { OUT } })
      assert.equal(stderr, '')
      texts.push(readFileSync(OUT, 'utf8').split('\n'))
    }
    const [alone, relayed] = texts
    assert.ok(alone.length > 14)
    assert.match(alone[0], /"fileLine":"\d+"/)
    assert.deepEqual(relayed, alone)
  })
}
