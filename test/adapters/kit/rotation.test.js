'use strict'
// Libraries that rotate their files themselves: only the root rotates, and no record is lost, duplicated or out of order.

const assert = require('node:assert/strict')
const { mkdirSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { gunzipSync } = require('node:zlib')
const { run, scratch, readLines, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/rotation.js')
const FORKS = 4
const THREADS = 4
const COUNT = 500
const LIMIT = 40 * 1024
/** Length of the longest line: a text in bunyan's JSON. */
const LINE = 300

const number = (/** @type {RegExp} */ pattern) => (/** @type {string} */ file) =>
  Number(pattern.exec(file)?.[1] ?? 0)
const newestFirst = (/** @type {RegExp} */ pattern) => (/** @type {string} */ file) =>
  -number(pattern)(file)

/** For each rotator: the position of a file in the sequence, and the largest size a file may have. */
const ROTATORS = {
  'log4js file': { place: newestFirst(/\.log\.(\d+)/), limit: LIMIT },
  'log4js file, compressed': { place: newestFirst(/\.log\.(\d+)/), limit: LIMIT },
  'log4js dateFile': {
    place: (/** @type {string} */ file) =>
      number(/(\d+)$/)(file.replaceAll('-', '')) || Number.POSITIVE_INFINITY,
    limit: Number.POSITIVE_INFINITY,
  },
  'winston File, tailable': { place: newestFirst(/app(\d+)/), limit: LIMIT },
  'winston-daily-rotate-file, gzip': { place: number(/\.log\.(\d+)/), limit: LIMIT },
  // It checks the size only after it has written everything that arrived while a file was being rotated.
  'bunyan to rotating-file-stream': { place: placeOfStream, limit: 2 * LIMIT },
  'pino to rotating-file-stream': { place: placeOfStream, limit: 2 * LIMIT },
  'signale to rotating-file-stream': { place: placeOfStream, limit: 2 * LIMIT },
}

describe(`${FORKS} forks and ${THREADS} threads while files are rotated`, () => {
  for (const [name, { place, limit }] of Object.entries(ROTATORS)) {
    it(name, async (t) => {
      const cwd = scratch(t)
      const logs = join(cwd, 'logs')
      mkdirSync(logs)
      const args = [name, FORKS, THREADS, COUNT].map(String)
      const { code, stdout, stderr } = await run(APP, { args, cwd })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const files = readdirSync(logs)
        .filter((file) => file.includes('.log'))
        .sort((a, b) => place(a) - place(b))
      const texts = files.map((file) => read(join(logs, file)))
      assert.ok(files.length > 2, files.join())
      for (const text of texts) assert.ok(text.length <= limit + LINE, `${text.length}`)
      assertNumbered(texts.join(''))
      if (process.platform === 'linux') assertOpen(readLines(stdout))
    })
  }
})

it('a rotating stream that belongs to a child is opened when it is written to', async (t) => {
  const cwd = scratch(t)
  const { stdout, stderr } = await run('adapters/rotating-own.js', { cwd })
  assert.deepEqual([stdout, stderr], ['', ''])
  assert.deepEqual(readdirSync(cwd).sort(), ['told.log', 'written.log'])
  assert.equal(readFileSync(join(cwd, 'written.log'), 'utf8'), 'data\n')
  assert.equal(readFileSync(join(cwd, 'told.log'), 'utf8'), 'after open\n')
})

/** @param {string} file */
function placeOfStream(file) {
  const [, time, index] = /-(\d+)-(\d+)/.exec(file) ?? []
  return time === undefined ? Number.POSITIVE_INFINITY : Number(time) * 1000 + Number(index)
}

/** @param {string} path */
function read(path) {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

/** Fails unless each writer's records are present once and in order. @param {string} text */
function assertNumbered(text) {
  /** @type {Record<string, number[]>} */
  const written = {}
  for (const [, writer, i] of text.matchAll(/<(\w+) (\d+)>/g)) {
    written[writer] = [...(written[writer] ?? []), Number(i)]
  }
  const all = Array.from({ length: COUNT }, (_, i) => i + 1)
  assert.equal(Object.keys(written).length, FORKS + THREADS)
  for (const [writer, numbers] of Object.entries(written)) assert.deepEqual(numbers, all, writer)
}

/** Fails unless only the root has had log files open. @param {any[]} reports */
function assertOpen(reports) {
  const children = reports.filter(({ who }) => who === 'child')
  assert.deepEqual(
    children.map(({ files }) => files),
    Array(FORKS).fill(0),
  )
  assert.equal(new Set(reports.map(({ pid }) => pid)).size, FORKS + 1)
  assert.ok(reports.find(({ who }) => who === 'root').files > 0)
}
