// What a run has kept of its records: in logshare's log, on the terminal, and in the library's file.

const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { stripVTControlCharacters } = require('node:util')
const { ASIDE, FILE } = require('../fixtures/versions/files.js')
const { NAME } = require('../fixtures/versions/libraries.js')

/** @typedef {{ cwd: string, stdout: string, stderr: string, code: number | null }} Ended */

const SOURCES = { root: 'root', worker: 'worker#1', fork: 'fork#1' }
const COUNT = 10
const LEVELS = [30, 40, 50, 30, 50, 30, 30, 30, 30, 30]

/**
 * The library that the records of a thread are said to come from, and what they have kept.
 * @param {readonly any[]} records of the log
 * @param {keyof typeof SOURCES} kind
 * @param {string} cwd
 */
function factsOf(records, kind, cwd) {
  const own = records.filter(({ source }) => source === SOURCES[kind])
  const lines = own.filter(({ msg }) => numberIn(msg, kind) > 0)
  const numbers = lines.map(({ msg }) => numberIn(msg, kind))
  const [, , , fourth, fifth] = lines
  const facts = {
    all: numbers.length === COUNT && numbers.every((n, i) => n === i + 1),
    level: lines.length > 0 && lines.every(({ level }, i) => level === LEVELS[i]),
    name: lines.length > 0 && lines.every(({ name }) => name === NAME),
    fields: fourth?.user === 17,
    error: fifth?.err?.message === 'boom' && /\n +at /.test(fifth.err.stack),
    relay: kind !== 'root' && isRelayed(cwd, kind),
  }
  const kept = Object.entries(facts).filter(([, isKept]) => isKept)
  return { lib: String(lines[0]?.lib), facts: kept.map(([name]) => name).join(' ') }
}

/** @param {string} text @param {string} kind */
function numberIn(text, kind) {
  return Number(new RegExp(`line (\\d+) by ${kind}\\b`).exec(text)?.[1] ?? 0)
}

/** Whether the root has written all that a thread has in the file. @param {string} cwd @param {string} kind */
function isRelayed(cwd, kind) {
  return numberIn(read(cwd, ASIDE), kind) > 0 && numberIn(read(cwd, FILE), kind) === 0
}

/**
 * What is not as without logshare, as sentences.
 * @param {Ended} bare
 * @param {Ended} ours
 */
function findChanges(bare, ours) {
  const faults = []
  if (bare.code !== 0 || ours.code !== 0)
    faults.push(`code ${bare.code} and ${ours.code}: ${ours.stderr}${bare.stderr}`.slice(0, 1500))
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    const [before, after] = [normalise(bare[name], bare.cwd), normalise(ours[name], ours.cwd)]
    if (before !== after) faults.push(`${name}: ${difference(before, after)}`)
  }
  const [before, after] = [bare, ours].map(({ cwd }) => {
    const lines = normalise(read(cwd, ASIDE) + read(cwd, FILE), cwd).split('\n')
    return lines.sort().join('\n')
  })
  if (before !== after) faults.push(`file: ${difference(String(before), String(after))}`)
  return faults
}

/** Without what differs from run to run: ids, times and the folder. @param {string} text @param {string} cwd */
function normalise(text, cwd) {
  return stripVTControlCharacters(text)
    .replaceAll(cwd, '<cwd>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?Z?/g, '<time>')
    .replace(/\d{1,2}:\d\d:\d\d([.,]\d+)?( [AP]M)?/g, '<time>')
    .replace(/\b\d{13}\b/g, '<time>')
    .replace(/"pid":\d+/g, '<pid>')
    .replace(/\[Nest\] \d+/g, '<pid>')
}

/** @param {string} before @param {string} after */
function difference(before, after) {
  const [was, is] = [before.split('\n'), after.split('\n')]
  const at = was.findIndex((line, i) => line !== is[i])
  const i = at < 0 ? was.length : at
  return `${JSON.stringify(is[i])} in line ${i + 1}, without logshare ${JSON.stringify(was[i])}`
}

/** @param {string} cwd @param {string} name */
function read(cwd, name) {
  const path = join(cwd, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

module.exports = { factsOf, findChanges }
