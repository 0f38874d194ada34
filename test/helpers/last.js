'use strict'
// Last: runs fixtures/adapters/last.js and checks that all records of the forks are in the files, once and in order.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { run, scratch } = require('./run')

const FORKS = 4

/** @param {import('node:test').TestContext} t @param {string} name @param {number} count records of each fork */
async function assertLast(t, name, count) {
  const cwd = scratch(t)
  const { code, stderr } = await run('adapters/last.js', { args: [name, String(count)], cwd })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const files = readdirSync(cwd).filter((file) => file.startsWith('app'))
  /** @type {Record<string, number[]>} */
  const all = {}
  for (const file of files) {
    /** @type {Record<string, number[]>} */
    const here = {}
    for (const [, writer, i] of readFileSync(join(cwd, file), 'utf8').matchAll(/<(\w+) (\d+)>/g))
      here[writer] = [...(here[writer] ?? []), Number(i)]
    for (const [writer, numbers] of Object.entries(here)) {
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
        `${writer} in ${file}`,
      )
      all[writer] = [...(all[writer] ?? []), ...numbers]
    }
  }
  assert.equal(Object.keys(all).length, FORKS)
  const expected = Array.from({ length: count }, (_, i) => i + 1)
  for (const [writer, numbers] of Object.entries(all))
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      expected,
      writer,
    )
}

module.exports = { assertLast }
