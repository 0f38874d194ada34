'use strict'
// Filters that decide whether a handler gets a record: level, names, sources, library, rate and sample.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { createFilter } = require('../../dist/handlers/filter.js')
const { createMatch } = require('../../dist/logs/filter.js')
const { assertDelivered } = require('../helpers/delivery')
const { readLog, run, scratch } = require('../helpers/run')

/** Runs a program with one file handler per options object. Returns the records each got. @param {{ after(fn: () => void): void }} t @param {string} program @param {object[]} options @param {string[]} [args] */
async function filtered(t, program, options, args = []) {
  const directory = scratch(t)
  const pathOf = (/** @type {number} */ i) => join(directory, `${i}.log`)
  const handlers = options.map((each, i) => ({ type: 'file', path: pathOf(i), ...each }))
  const { code, stderr } = await run(program, { args, config: { handlers } })
  assert.deepEqual([code, stderr], [0, ''])
  return options.map((_, i) => readLog(pathOf(i)))
}

// As a regular expression it would not end.
test('a pattern of five stars ends with a name of 100,000 characters', () => {
  const pattern = '*a*a*a*a*b'
  const name = 'a'.repeat(100_000)
  const line = `{"level":30,"time":1,"pid":1,"tid":0,"source":"s","seq":1,"name":"${name}","msg":"m"}`
  const buffer = Buffer.from(line)
  const record = { kind: 0, level: 30, time: 0, seq: 1, buffer, start: 0, end: buffer.length }
  assert.equal(createFilter({ names: [pattern] })?.(/** @type {any} */ (record)), false)
  assert.equal(createFilter({ names: [`!${pattern}`] })?.(/** @type {any} */ (record)), true)
  assert.equal(createMatch([pattern], '.:')?.(name), false)
})

/** @param {any[]} records */
const messages = (records) => [...new Set(records.map(({ msg }) => msg))].sort()

test('names, sources and libraries, separately for each handler', async (t) => {
  const [all, app, not, pool, worker, root, lib, own, both] = await filtered(
    t,
    'handlers/many-names.js',
    [
      {},
      { names: ['app'] },
      { names: ['app', '!app.http', 'app.http.in'] },
      { names: ['*.pool', 'a*e'] },
      { sources: ['worker#*'] },
      { sources: ['!worker#1'] },
      { lib: ['console'] },
      { lib: ['logshare'] },
      { names: ['db'], level: 'warn', sources: ['root'] },
    ],
  )
  assertDelivered(all, { root: 14, 'worker#1': 15 })
  assert.deepEqual(messages(app), ['app', 'app.http', 'app.http.in', 'app:sub'])
  assert.deepEqual(messages(not), ['app', 'app.http.in', 'app:sub'])
  assert.deepEqual(messages(pool), ['apple', 'db.pool'])
  assertDelivered(worker, { 'worker#1': 15 })
  assertDelivered(root, { root: 14 })
  assert.deepEqual(messages(lib), ['printed'])
  assert.equal(own.length, 28)
  assert.deepEqual(
    both.map(({ msg, level, source }) => [msg, level, source]),
    [
      ['db', 40, 'root'],
      ['db.pool', 40, 'root'],
    ],
  )
})

test('a rate limits the records of each logger, and one report counts the rest', async (t) => {
  const [limited, all] = await filtered(
    t,
    'log-lines.js',
    [{ rate: { limit: 10, interval: '1h' } }, {}],
    ['1500', '1'],
  )
  assert.equal(all.length, 1500)
  const told = limited.pop()
  assert.deepEqual(
    limited.map(({ msg }) => msg),
    Array.from({ length: 10 }, (_, i) => `line ${i + 1}`),
  )
  const { name, msg, level, source, dropped } = /** @type {any} */ (told)
  assert.deepEqual(
    { name, msg, level, source, dropped },
    {
      name: 'lines',
      msg: '… 1,490 similar dropped',
      level: 40,
      source: 'root/listener',
      dropped: { info: 745, error: 745 },
    },
  )
})

test('a new interval lets records pass again', async (t) => {
  const [limited] = await filtered(t, 'handlers/two-bursts.js', [
    { rate: { limit: 5, interval: 50 } },
  ])
  assert.deepEqual(
    limited.map(({ msg }) => msg),
    [
      ...[1, 2, 3, 4, 5].map((n) => `first ${n}`),
      '… 15 similar dropped',
      ...[1, 2, 3, 4, 5].map((n) => `second ${n}`),
      '… 15 similar dropped',
    ],
  )
})

test('a sample passes an even share of a level; other levels pass completely', async (t) => {
  const [third, none] = await filtered(
    t,
    'log-lines.js',
    [{ sample: { info: 1 / 3 } }, { sample: { info: 0 } }],
    ['600', '1'],
  )
  const info = third.filter(({ level }) => level === 30)
  assert.equal(info.length, 100)
  assert.deepEqual(
    info.slice(0, 3).map(({ msg }) => msg),
    ['line 1', 'line 7', 'line 13'],
  )
  assert.equal(third.length - info.length, 300)
  assert.deepEqual(new Set(none.map(({ level }) => level)), new Set([50]))
})
