'use strict'
// Several copies of a library in one application: records of one copy are relayed to the root's logger of another copy.

const assert = require('node:assert/strict')
const { cpSync, mkdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { packagesOf } = require('../../helpers/packages')
const { run, scratch, FIXTURES, ROOT } = require('../../helpers/run')

const COUNT = 200

for (const library of ['winston', 'bunyan', 'log4js']) {
  describe(library, () => {
    for (const kind of ['worker', 'fork']) {
      for (const both of ['one', 'both']) {
        it(`a ${kind} with ${both === 'one' ? 'another copy' : 'two copies, as the root'}`, async (t) => {
          const cwd = scratch(t)
          installTwice(library, cwd)
          const OUT = join(cwd, 'out.log')
          const args = [library, kind, both]
          const { stdout, stderr } = await run(join(cwd, 'app.js'), { args, cwd, env: { OUT } })
          assert.deepEqual([stdout, stderr], ['', ''])
          const [own, ...numbers] = readFileSync(OUT, 'utf8').trimEnd().split('\n')
          assert.match(own, /from the root/)
          assert.deepEqual(
            numbers.map((line) => Number(/number (\d+)/.exec(line)?.[1])),
            Array.from({ length: COUNT }, (_, i) => i),
          )
        })
      }
    }
  })
}

/** Installs the program with its own copy of the library, and a plugin with another. @param {string} library @param {string} cwd */
function installTwice(library, cwd) {
  cpSync(join(FIXTURES, 'adapters/copies.js'), join(cwd, 'app.js'))
  for (const name of packagesOf(library)) {
    cpSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name), { recursive: true })
  }
  mkdirSync(join(cwd, 'plugin/node_modules'), { recursive: true })
  cpSync(join(cwd, 'node_modules', library), join(cwd, 'plugin/node_modules', library), {
    recursive: true,
  })
}
