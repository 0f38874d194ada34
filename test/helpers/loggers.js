'use strict'
// Runs the fixture adapters/logger-app.js: an application whose children log through a library.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { run, scratch, readLines, FIXTURES } = require('./run')

const PROGRAM = join(FIXTURES, 'adapters/logger-app.js')

/**
 * Its stdout is a file: a child that exits loses what does not fit into a socket, with and without logshare.
 * @param {{ after(fn: () => void): void }} t
 * @param {{ kind: string, env: Record<string, string>, config?: object }} options
 */
async function runLoggers(t, { kind, env, config }) {
  const directory = scratch(t)
  const log = join(directory, 'app.log')
  const result = await run(PROGRAM, {
    args: [kind],
    env: { LOG: log, ...env },
    stdout: join(directory, 'stdout'),
    ...(config && { config: JSON.parse(JSON.stringify(config).replaceAll('$DIR', directory)) }),
  })
  /** @param {string} name */
  const read = (name) => {
    const path = join(directory, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  return { ...result, stdout: read('stdout'), directory, read }
}

/**
 * Fails unless the lines are those of one child that counted: none lost, none doubled, in order.
 * @param {string} text
 * @param {{ count: number, root?: boolean, messageKey?: string }} options
 * @returns {any[]} the child's lines
 */
function assertCounted(text, { count, root = true, messageKey = 'msg' }) {
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  if (root) assert.equal(lines.shift()?.[messageKey], 'from the root')
  assert.deepEqual(
    lines.map(({ i }) => i).filter((i) => i !== undefined),
    Array.from({ length: count }, (_, i) => i + 1),
  )
  assert.equal(lines.at(-1)?.[messageKey], 'failed')
  assert.equal(lines.length, count + 1)
  return lines
}

/** @param {any[]} lines @param {string} kind @param {number | undefined} root */
function assertChild(lines, kind, root) {
  const pids = [...new Set(lines.map(({ pid }) => pid))]
  assert.equal(pids.length, 1)
  assert.equal(pids[0] === root, kind === 'worker')
  const { err, open, level } = lines.at(-1)
  assert.deepEqual([level, err.type, err.code, open], [50, 'TypeError', 'E_BROKEN', []])
  const times = lines.map(({ time }) => time)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
}

/** @param {any} record */
function assertError(record) {
  const { level, err } = record
  assert.deepEqual(
    [level, err.type, err.message, err.code],
    [50, 'TypeError', 'broken', 'E_BROKEN'],
  )
  assert.deepEqual([err.cause.type, err.cause.message], ['RangeError', 'the cause'])
  assert.match(err.stack, /logger-app\.js/)
}

/** @param {string} text */
function messages(text) {
  return readLines(text).map(({ msg }) => msg)
}

module.exports = { assertChild, assertCounted, assertError, messages, runLoggers }
