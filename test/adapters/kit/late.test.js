'use strict'
// Loggers that the root creates after its children have started to log: they get all records, in order.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch, readLines, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/late.js')
const COUNT = 200

describe('a logger that the root creates late', () => {
  for (const library of ['pino', 'bunyan']) {
    for (const kind of ['worker', 'fork']) {
      it(`${library} in a ${kind}`, async (t) => {
        const OUT = join(scratch(t), 'out.log')
        const { stdout, stderr, pid } = await run(APP, { args: [library, kind], env: { OUT } })
        assert.deepEqual([stdout, stderr], ['', ''])
        /** @type {any[]} */
        const lines = readLines(readFileSync(OUT, 'utf8'))
        const messages = lines.map(({ msg }) => msg)
        assert.deepEqual(
          messages.filter((msg) => msg !== 'from the root'),
          Array.from({ length: COUNT }, (_, i) => `number ${i}`),
        )
        assert.equal(messages.length, COUNT + 1)
        for (const { by } of lines) assert.ok(by === undefined || by === pid)
      })
    }
  }
})
