'use strict'
// Logs: writes logs for the page to show.

const { appendFileSync, writeFileSync } = require('node:fs')

const START = 1_790_000_000_000
const SOURCES = ['root', 'worker#1', 'fork#1', 'fork#1/worker#1', 'cluster#2']

/**
 * A record as logshare writes it. @param {number} nth @param {{ [key: string]: unknown }} [fields]
 * @param {{ level?: number, source?: string, time?: number, name?: string, msg?: string }} [own]
 */
function line(nth, fields = {}, own = {}) {
  const {
    level = nth % 50 === 7 ? 50 : nth % 20 === 3 ? 40 : nth % 3 === 0 ? 20 : 30,
    source = SOURCES[nth % SOURCES.length],
    time = START + nth * 10,
    name = nth % 2 ? 'app' : 'db.pool',
    msg = `request ${nth} done`,
  } = own
  const pid = 4000 + SOURCES.indexOf(String(source))
  const record = { level, time, pid, tid: 0, source, seq: nth + 1, name, msg, ...fields }
  return `${JSON.stringify(record)}\n`
}

/** @param {string} path @param {number} count */
function writeLog(path, count) {
  let text = ''
  for (let nth = 0; nth < count; nth++) text += line(nth, { ms: nth % 97, user: { id: nth % 10 } })
  writeFileSync(path, text)
}

/** How children ended. @param {string} path @param {number} at */
function writeEnds(path, at) {
  const ends = [
    { child: 'fork#1', reason: 'killed', signal: 'SIGKILL' },
    { child: 'cluster#2', reason: 'exit', code: 0 },
  ]
  for (const [nth, { child, ...fields }] of ends.entries()) {
    const own = {
      source: child,
      name: 'logshare',
      time: START + at * 10 + nth,
      msg: `${child} ended`,
    }
    appendFileSync(path, line(at + nth, { event: 'end', child, ...fields }, own))
  }
}

module.exports = { line, SOURCES, START, writeEnds, writeLog }
