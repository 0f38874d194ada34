// Programs: the examples that end by themselves.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { stripVTControlCharacters } = require('node:util')
const { audit } = require('../helpers/delivery.js')
const { checkRecords, npmStart } = require('./place.js')

/** @typedef {import('./place.js').Place} Place */

/** @param {Place} place */
async function runTypeScript(place) {
  await npmStart(place).end()
  checkRecords(place.log(), {
    sources: ['root', 'worker#1', 'worker#2'],
    names: { main: 4, worker: 200, measure: 200, console: 200 },
  })
}

/** Standard output is the result, and the log is in its file. @param {Place} place */
async function runCli(place) {
  const files = ['package.json', 'cli.js', 'worker.js']
  const { stdout } = await npmStart(place).end()
  const lines = stdout.trimEnd().split('\n').slice(-files.length)
  const counts = files.map((file) => readFileSync(place.path(file), 'utf8').match(/\S+/g)?.length)
  assert.deepEqual(
    lines,
    files.map((file, i) => `${counts[i]}\t${file}`),
  )
  const short = counts.filter((count) => Number(count) < 50).length
  const records = place.log('words.log')
  const sources = ['root', ...new Set(records.map(({ source }) => source))].filter(
    (source, i, all) => all.indexOf(source) === i,
  )
  assert.ok(sources.length > 1 && sources.every((source) => /^(root|fork#[12])$/.test(source)))
  checkRecords(records, {
    sources,
    names: { words: 1, 'words.worker': files.length + short, console: files.length },
  })
}

/** @param {Place} place */
async function runTests(place) {
  const stdout = stripVTControlCharacters((await npmStart(place).end()).stdout)
  assert.match(stdout, /pass 40\b/)
  assert.match(stdout, /Tests +20 passed/)
  const records = place.log('test.log')
  const { lost, doubled, disordered } = audit(records)
  assert.deepEqual({ lost, doubled, disordered }, { lost: 0, doubled: 0, disordered: 0 })
  // Each file of `node --test` is a root of its own, with the same log file; vitest's are children of vitest.
  for (const [name, expected] of [
    ['squares', ['fork#1 10', 'fork#2 10', 'root 20', 'root 20']],
    ['console', ['root 10', 'root 10']],
  ]) {
    const own = records.filter((record) => record.name === name)
    const pids = [...new Set(own.map(({ pid }) => pid))]
    const found = pids.map((pid) => {
      const [first, ...others] = own.filter((record) => record.pid === pid)
      return `${first.source} ${others.length + 1}`
    })
    assert.deepEqual(found.sort(), expected)
  }
}

module.exports = { runCli, runTests, runTypeScript }
