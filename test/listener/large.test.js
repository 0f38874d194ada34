'use strict'
// Values that are too large, too deep or throw are logged or replaced by a placeholder, and the next record arrives.

const assert = require('node:assert/strict')
const { createReadStream, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { run, scratch } = require('../helpers/run.js')

/** Most memory (KiB) for logging a text of half a gigabyte, including the text. */
const MEMORY = 1.5 * 2 ** 20
const SOURCES = { root: 'root', worker: 'worker#1', fork: 'fork#1' }

for (const [kind, source] of Object.entries(SOURCES)) {
  it(`from a ${kind}`, async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'json.log')
    const pretty = join(directory, 'pretty.log')
    const { code, stdout, stderr } = await run('hostile/large.js', {
      args: [kind],
      limit: 120_000,
      config: {
        adapters: false,
        handlers: [
          { type: 'file', path },
          { type: 'file', path: pretty, format: 'pretty', names: ['nothing'] },
        ],
      },
    })
    assert.deepEqual([code, stderr], [0, ''])
    const { names, rss } = JSON.parse(stdout)
    t.diagnostic(`${Math.round(rss / 1024)} MiB`)
    assert.ok(rss < MEMORY, `${rss} KiB`)
    /** @type {import('logshare').LogRecord[]} */
    const records = []
    for await (const line of createInterface({ input: createReadStream(path) })) {
      records.push(summary(JSON.parse(line)))
    }
    assertDelivered(records)
    const all = records.map(({ msg }) => msg)
    for (const name of names) assert.ok(all.includes(`behind ${name}`), name)
    /** @param {string} name */
    const of = (name) => records[all.indexOf(`behind ${name}`) - 1]
    assert.ok(records.every((each) => each.source === source))
    assert.ok(!all.includes('polluted'))
    assert.equal(of('five megabytes').text, '[2621440]')
    assert.equal(Object.keys(of('a million fields')).length, 1e6 + 8)
    assert.equal(of('many fields within').o, '{200000}')
    assert.match(String(of('the longest list').list), /^\[1048577\] .* items not stringified$/)
    const half = `[String of ${2 ** 29 - 24} characters]`
    assert.equal(of('a string of half a gigabyte').text, half)
    assert.equal(of('a message of half a gigabyte').msg, half)
    assert.equal(of('two large strings').a, '[40000000]')
    assert.match(of('too many large strings').msg, /^\[Record of 800000\d\d characters\]$/)
    assert.ok(readFileSync(pretty, 'utf8') === '')
  })
}

/** Replaces long values by their lengths. @param {import('logshare').LogRecord} record @returns {any} */
function summary(record) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, short(value)]))
}

/** @param {unknown} value */
function short(value) {
  if (typeof value === 'string' && value.length > 1000) return `[${value.length}]`
  if (Array.isArray(value) && value.length > 1000) return `[${value.length}] ${value.at(-1)}`
  if (typeof value === 'object' && value !== null) {
    const { length } = Object.keys(value)
    if (length > 1000) return `{${length}}`
  }
  return value
}
