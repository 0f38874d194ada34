'use strict'
// The fields of a child's pino records: the same values as on pino's own lines, also if a key is one of ours.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { hostname } = require('node:os')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { readLines, readLog, run, scratch } = require('../../helpers/run')

const PROGRAM = 'adapters/pino-fields.js'
const RESERVED = ['level', 'time', 'pid', 'tid', 'source', 'seq', 'name', 'msg', 'lib']

describe('fields of pino records', { concurrency: 2 }, () => {
  for (const PINO of ['pino', 'pino9']) {
    for (const KIND of ['worker', 'fork']) {
      it(`of ${PINO} in a ${KIND}`, async (t) => {
        const path = scratch(t)
        const [alone, relayed, beside] = ['alone.log', 'relayed.log', 'beside.log'].map((name) =>
          join(path, name),
        )
        await run(PROGRAM, { way: 'none', env: { PINO, KIND, LOG: alone } })
        await run(PROGRAM, { env: { PINO, KIND, LOG: relayed } })
        const file = { type: 'file', path: join(path, 'all.log') }
        await run(PROGRAM, { env: { PINO, KIND, LOG: beside }, config: { handlers: [file] } })
        assert.deepEqual(linesOf(relayed), linesOf(alone))
        const written = readLines(readFileSync(alone, 'utf8').replace('\\ud800', '\ufffd'))
        const records = readLog(join(path, 'all.log')).map(({ time: _, ...record }) => record)
        assert.deepEqual(
          records.map(fieldsOf),
          written.map((line) => expected(/** @type {any} */ (line))),
        )
        assert.deepEqual(
          records.map(({ msg, name, level, lib }) => [msg, name, level, lib]),
          written.map((/** @type {any} */ line) => [messageOf(line), nameOf(line), 30, 'pino']),
        )
      })
    }
  }
})

// The lines without times and pids, which differ between runs.
function linesOf(path) {
  return readFileSync(path, 'utf8')
    .replace(/"time":\d+/g, '"time":0')
    .replace(/"pid":(?!3,)\d+/g, '"pid":0')
    .split('\n')
}

// Our file keeps a lone surrogate as an escape. pino's file has U+FFFD instead, except on Node 26.
function fieldsOf(record) {
  const fields = Object.entries(record).filter(([key]) => !RESERVED.includes(key))
  return JSON.parse(JSON.stringify(Object.fromEntries(fields)).replace('\\ud800', '\ufffd'))
}

// Fields with a reserved name get the prefix `_`. Fields that repeat a member of the record are left out.
function expected(line) {
  const same = ['level', 'time', line.name === 'keyed' ? 'text' : 'msg']
  if (line.name !== 'n') same.push('name')
  if (line.pid !== 3) same.push('pid')
  if (line.hostname === hostname()) same.push('hostname')
  const fields = Object.entries(line).filter(([key]) => !same.includes(key))
  return Object.fromEntries(
    fields.map(([key, value]) => [RESERVED.includes(key) ? `_${key}` : key, value]),
  )
}

function nameOf({ name }) {
  return name === 'n' ? 'app' : (name ?? 'pino')
}

function messageOf({ name, text, msg }) {
  const message = name === 'keyed' ? text : msg
  return typeof message === 'string'
    ? message
    : message === undefined
      ? ''
      : JSON.stringify(message)
}
