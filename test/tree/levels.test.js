'use strict'
// Levels: all children have the root's levels, from its configuration and set in code.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog, readLines, WAYS } = require('../helpers/run')

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
const CONFIG = {
  level: 'warn',
  levels: { db: 'debug', 'db.pool': 'error', quiet: 'silent' },
}

/** The level of each name in children started before and after the root set two levels in code. */
const BEFORE = {
  app: 'warn',
  db: 'debug',
  'db.query': 'debug',
  'db.pool': 'error',
  'db.pool.x': 'error',
  quiet: 'silent',
  early: 'trace',
  'early.x': 'trace',
  late: 'warn',
}
const AFTER = { ...BEFORE, early: 'fatal', 'early.x': 'fatal', late: 'debug' }

const CHILDREN = {
  'worker#1': BEFORE,
  'worker#1/fork#1': BEFORE,
  'worker#2': BEFORE,
  'worker#2/worker#1': BEFORE,
  'fork#1': BEFORE,
  'fork#1/worker#1': BEFORE,
  'fork#2': BEFORE,
  'fork#2/fork#1': BEFORE,
  'spawn#1': BEFORE,
  'spawn#2': BEFORE,
  'spawn#3': BEFORE,
  'cluster#1': BEFORE,
  'worker#3': AFTER,
  'fork#3': AFTER,
  'fork#3/worker#1': AFTER,
  'spawn#4': AFTER,
  'cluster#2': AFTER,
}

for (const way of WAYS) {
  it(`children have the root's levels, by ${way}`, async (t) => {
    const { records, reports } = await logLevels(t, way, CONFIG)
    assert.deepEqual(reports.map(({ label }) => label).sort(), Object.keys(CHILDREN).sort())
    const expected = Object.entries(CHILDREN).map(([source, levels]) => [
      source,
      Object.values(levels).flatMap(enabledAt).length,
    ])
    assertDelivered(records, Object.fromEntries(expected))
    for (const { label, loggers } of reports) assertLevels(label, loggers, records)
  })
}

it('LOGSHARE_LEVEL takes precedence over the configured level', async (t) => {
  const { reports } = await logLevels(t, '-r', CONFIG, { LOGSHARE_LEVEL: 'trace' })
  for (const { label, loggers } of reports) {
    assert.equal(loggers.app.level, 'trace', label)
    assert.equal(loggers.db.level, 'debug', label)
  }
})

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {typeof WAYS[number]} way
 * @param {object} levels
 */
async function logLevels(t, way, levels, env = {}) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const reports = join(directory, 'report')
  const result = await run('levels/root.js', {
    way,
    env: { ...env, TEST_REPORT: reports },
    config: { ...levels, handlers: [{ type: 'file', path }] },
  })
  assert.equal(result.code, 0, result.stderr)
  /** @type {any[]} */
  const entries = readLines(readFileSync(reports, 'utf8'))
  return { records: readLog(path), reports: entries }
}

/**
 * @param {string} label
 * @param {Record<string, { level: string, enabled: string[] }>} loggers
 * @param {readonly import('logshare').LogRecord[]} records
 */
function assertLevels(label, loggers, records) {
  for (const [name, level] of Object.entries(CHILDREN[label])) {
    const enabled = enabledAt(level)
    assert.deepEqual(loggers[name], { level, enabled }, `${label}: ${name}`)
    const own = records.filter((record) => record.source === label && record.name === name)
    assert.deepEqual(
      own.map(({ msg }) => msg),
      enabled,
      `${label}: ${name}`,
    )
    for (const record of own) {
      assert.equal(record.level, 10 * (LEVELS.indexOf(record.msg) + 1))
      assert.equal(record.label, label)
    }
  }
}

/** @param {string} level */
function enabledAt(level) {
  return level === 'silent' ? [] : LEVELS.slice(LEVELS.indexOf(level))
}
