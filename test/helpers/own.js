'use strict'
// Runs the fixture adapters/own-loggers.js, whose children log through a logger that the root has or has not.

const assert = require('node:assert/strict')
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { assertDelivered } = require('./delivery')
const { run, scratch } = require('./run')

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {{ kinds: string[], env: Record<string, string>, config?: object, way?: '-r' | 'none' }} options
 */
async function runOwn(t, { kinds, env, config, way = '-r' }) {
  const cwd = scratch(t)
  const LOG = join(cwd, 'app.log')
  const result = await run('adapters/own-loggers.js', {
    args: kinds,
    way,
    cwd,
    env: { LOG, ...env },
    ...(config && { config: JSON.parse(JSON.stringify(config).replaceAll('$DIR', cwd)) }),
  })
  assert.equal(result.code, 0, result.stderr)
  const read = (name = 'app.log') => {
    const path = join(cwd, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  return { ...result, read, files: readdirSync(cwd).sort() }
}

/** A text without what differs from run to run, by line and sorted by child. @param {string} text */
function sameLines(text) {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/"time":(?:"[^"]+"|\d+)/, '"time":""')
      .replace(/^\[[\d:.]+\]/, '')
      .replace(/"pid":\d+|(?<=own[ /])\d+/, '0'),
  )
  const whoOf = (/** @type {string} */ line) =>
    /(?:worker|fork|cluster|root)\d*/.exec(line)?.[0] ?? ''
  return lines.toSorted((a, b) => (whoOf(a) < whoOf(b) ? -1 : whoOf(a) > whoOf(b) ? 1 : 0))
}

/**
 * Fails unless each child's numbers are present once and in order, in a text with `number 7` and the child's name.
 * @param {string} text
 * @param {{ kinds: string[], count: number, from?: number }} expected
 */
function assertNumbers(text, { kinds, count, from = 1 }) {
  /** @type {Record<string, number[]>} */
  const numbers = {}
  for (const line of text.split('\n')) {
    const who = /(?:worker|fork|cluster)\d/.exec(line)?.[0]
    const number = /number (\d+)/.exec(line)?.[1]
    if (who && number) numbers[who] = [...(numbers[who] ?? []), Number(number)]
  }
  const all = Array.from({ length: count - from + 1 }, (_, i) => i + from)
  assert.deepEqual(numbers, Object.fromEntries(kinds.map((kind, i) => [`${kind}${i}`, all])))
}

/**
 * Fails unless the records are those of two workers and two forks that log twenty numbers and an error, each once.
 * @param {any[]} records @param {string} library @param {string} ROOT_LOGS whether the root logs, too
 */
function assertHandled(records, library, ROOT_LOGS) {
  const sources = ['worker#1', 'worker#2', 'fork#1', 'fork#2'].map((source) => [source, 21])
  assertDelivered(
    records,
    Object.fromEntries([...sources, ...(ROOT_LOGS === '1' ? [['root', 1]] : [])]),
  )
  for (const { name, lib, level, msg, i, err } of records) {
    assert.deepEqual([name, lib], ['own', library])
    if (level === 30) assert.equal(msg, `number ${i}`)
    else assert.deepEqual([level, msg, err.type, err.code], [50, 'failed', 'TypeError', 'E_BROKEN'])
  }
}

module.exports = { runOwn, sameLines, assertHandled, assertNumbers }
