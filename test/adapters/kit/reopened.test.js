'use strict'
// What a child reopens after it was renamed is the root's file, where the root writes it.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch } = require('../../helpers/run')

describe('a child reopens a renamed file', { concurrency: 2 }, () => {
  for (const [library, kind] of [
    ['pino', 'fork'],
    ['bunyan', 'worker'],
  ]) {
    it(`${library}, ${kind}`, async (t) => {
      const cwd = scratch(t)
      const args = [String(library), String(kind)]
      const { code, stderr } = await run('adapters/reopened.js', { args, cwd, limit: 20_000 })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const read = (/** @type {string} */ name) => readFileSync(join(cwd, name), 'utf8')
      assert.match(read('app.log.1'), /^[^\n]*"before"[^\n]*\n$/)
      assert.match(read('app.log'), /^[^\n]*"after"[^\n]*\n$/)
    })
  }
})
