'use strict'
// Relayed records: the root's logger writes the same bytes that the library alone would have written in the child.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch } = require('../../helpers/run')

const PROGRAM = 'adapters/same.js'

describe('the same lines', { concurrency: 2 }, () => {
  for (const LIBRARY of ['bunyan', 'pino', 'winston']) {
    for (const KIND of ['worker', 'fork']) {
      it(`${LIBRARY} in a ${KIND}`, async (t) => {
        const path = scratch(t)
        const [alone, relayed] = ['alone.log', 'relayed.log'].map((name) => join(path, name))
        await run(PROGRAM, { way: 'none', env: { LIBRARY, KIND, LOG: alone } })
        const { stderr } = await run(PROGRAM, { env: { LIBRARY, KIND, LOG: relayed } })
        assert.equal(stderr, '')
        const lines = linesOf(alone)
        assert.ok(lines.length > 40)
        const others = linesOf(relayed)
        for (const [i, line] of lines.entries()) {
          assert.equal(others[i]?.slice(0, 500), line.slice(0, 500), `line ${i}`)
          assert.equal(others[i]?.length, line.length)
        }
        assert.equal(others.length, lines.length)
      })
    }
  }
})

// Without what differs from run to run.
function linesOf(path) {
  return readFileSync(path, 'utf8')
    .replace(/"time":(?:"\d[^"]+"|\d+)/g, '"time":""')
    .replace(/"pid":(?!3,)\d+/g, '"pid":0')
    .split('\n')
}
