'use strict'
// Compares what a program sees with logshare in place and without: the two must not differ.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { run, FIXTURES, REGISTER } = require('./run.js')

const EMPTY = join(FIXTURES, 'empty.js')
/** Batteries start many processes; on a busy machine they take their time. */
const LIMIT = 180_000

/** Preloads that differ in their path alone are the same to a program, and so are pids. @param {string} text */
function normalise(text) {
  return text
    .replaceAll(REGISTER, '<preload>')
    .replaceAll(EMPTY, '<preload>')
    .replace(/\(node:\d+\)/g, '(node:<pid>)')
}

/**
 * Runs a program without logshare, as near to `way` as that can be: an empty file is preloaded in its stead.
 * @param {string} file
 * @param {NonNullable<Parameters<typeof run>[1]>} options
 */
function runPlain(file, { way = '-r', flags = [], env: given = {}, config, ...rest }) {
  // In the order in which `run` sets them, which children can see.
  const env = config ? { ...given, LOGSHARE_CONFIG: JSON.stringify(config) } : given
  if (way === '-r')
    return run(file, { limit: LIMIT, ...rest, env, flags: [...flags, '-r', EMPTY], way: 'none' })
  if (way !== 'NODE_OPTIONS') return run(file, { limit: LIMIT, ...rest, env, flags, way: 'none' })
  const NODE_OPTIONS = [env.NODE_OPTIONS, `--require=${EMPTY}`].filter(Boolean).join(' ')
  return run(file, { limit: LIMIT, ...rest, flags, env: { ...env, NODE_OPTIONS }, way: 'none' })
}

/**
 * Runs a program that prints a JSON object as its last line, without logshare and with it.
 * @param {string} file
 * @param {NonNullable<Parameters<typeof run>[1]>} options
 */
async function runBoth(file, options) {
  const plain = readResult(await runPlain(file, options))
  const ours = readResult(await run(file, { limit: LIMIT, ...options }))
  return { plain, ours }
}

/** @param {{ code: number | null, signal: string | null, stdout: string, stderr: string }} ended */
function readResult({ code, signal, stdout, stderr }) {
  const lines = normalise(stdout).trimEnd().split('\n')
  const last = lines.pop() ?? ''
  assert.match(last, /^\{.*\}$/s, `no result: ${stdout.slice(-500)}\n${stderr.slice(-2000)}`)
  /** @type {Record<string, any>} */
  const result = JSON.parse(last)
  return { code, signal, lines: lines.sort(), stderr: normalise(stderr), result }
}

/**
 * Fails at the first result that differs, naming it.
 * @param {Awaited<ReturnType<typeof runBoth>>} runs
 */
function assertSame({ plain, ours }) {
  assert.deepEqual(Object.keys(ours.result).sort(), Object.keys(plain.result).sort())
  for (const key of Object.keys(plain.result)) {
    assert.deepEqual({ [key]: ours.result[key] }, { [key]: plain.result[key] })
  }
  assert.deepEqual({ ...ours, result: undefined }, { ...plain, result: undefined })
}

module.exports = { assertSame, normalise, readResult, runBoth, runPlain, EMPTY }
