// Compares what an application has printed and written with its bare run, and looks for each of its records in the log.

const { hostname } = require('node:os')
const { audit } = require('../helpers/delivery.js')
const { COUNT, levelOf } = require('./applications.js')

/** @typedef {import('./applications.js').Wanted} Wanted */

const ROLES = ['main', 'worker', 'fork']
const NUMBERED = /\b(main|worker|fork) (\d+)\b/
const OURS = /LOGSHARE_/

/** What differs from run to run. @type {[RegExp, string][]} */
const CHANGING = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '<time>'],
  [/\d+\/\d+\/\d+, [\d:]+ [AP]M/g, '<time>'],
  [/("time":)[\d.]+/g, '$1<time>'],
  [/("pid":)\d+/g, '$1<pid>'],
  [/(\[Nest\] )\d+/g, '$1<pid>'],
  [/\+\d+ms/g, '+<duration>'],
  [/(Done in )[\d.]+/g, '$1<duration>'],
]

/**
 * Faults of a text, as sentences. Each producer's lines have to be the same in the same order; those of nobody (a
 * launcher, the start of a framework) have to be the same.
 * @param {string} what
 * @param {string} bare
 * @param {string} ours
 * @param {{ paths?: Record<string, string>, isMixed?: boolean, isSorted?: boolean }} options `paths` that differ between the
 *   two, by what stands for them; `isMixed`: a launcher has read the text from two pipes; `isSorted`: lines have no order
 */
function compareTexts(what, bare, ours, { paths = {}, isMixed = false, isSorted = false }) {
  const [before, after] = [bare, ours].map((text) => byProducer(normalize(text, paths), isMixed))
  return Object.keys({ ...before, ...after }).flatMap((producer) => {
    const [lines, found] = [before[producer] ?? [], after[producer] ?? []]
    if (isSorted) for (const each of [lines, found]) each.sort()
    const at = Array.from({ length: Math.max(lines.length, found.length) }).findIndex(
      (_, i) => lines[i] !== found[i],
    )
    if (at < 0) return []
    const shown = [found[at], lines[at]].map((line) => JSON.stringify(line ?? null).slice(0, 200))
    return [
      `${what}, ${producer}: ${found.length} lines, bare ${lines.length}; line ${at + 1}: ${shown.join(', bare ')}`,
    ]
  })
}

/** @param {string} text @param {Record<string, string>} paths */
function normalize(text, paths) {
  let normal = text.replaceAll(hostname(), '<host>')
  for (const [path, name] of Object.entries(paths)) normal = normal.replaceAll(path, name)
  for (const [pattern, name] of CHANGING) normal = normal.replace(pattern, name)
  return normal
}

/** With `isMixed`, by level as well: a stream has all texts of a level. @param {string} text @param {boolean} isMixed */
function byProducer(text, isMixed) {
  /** @type {Record<string, string[]>} */
  const found = { nobody: [] }
  for (const line of text.split('\n').filter((each) => !OURS.test(each))) {
    const [, role = 'nobody', n] = NUMBERED.exec(line) ?? []
    const producer = isMixed && n ? `${role}, level ${levelOf(Number(n))}` : role
    found[producer] ??= []
    found[producer].push(line)
  }
  found.nobody.sort()
  return found
}

/**
 * Faults of a log: records of any producer that are lost, doubled or out of order.
 * @param {readonly any[]} records
 */
function checkSequences(records) {
  const { lost, doubled, disordered } = audit(records)
  if (lost + doubled + disordered === 0) return []
  return [`log: ${lost} lost, ${doubled} doubled, ${disordered} out of order`]
}

/**
 * Faults of an application's records in a log: each producer's numbers once, with the right level, from one thread, which is
 * below the main thread's.
 * @param {string} what
 * @param {readonly any[]} records
 * @param {(n: number) => Wanted | undefined} wanted
 */
function checkRecords(what, records, wanted) {
  /** @type {string[]} */
  const faults = []
  /** @type {Record<string, Set<string>>} */
  const sources = { main: new Set(), worker: new Set(), fork: new Set() }
  for (const role of ROLES) {
    for (let n = 1; n <= COUNT; n++) {
      const want = wanted(n)
      if (!want) continue
      const found = records.filter(({ msg }) => isNumbered(msg, role, n))
      if (found.length !== 1) faults.push(`${role} ${n} is in the log ${found.length} times`)
      for (const { level, lib, name, source, pid, tid } of found) {
        sources[role].add(`${source} ${pid}/${tid}`)
        if (level === want.level && lib === want.lib && name === (want.name ?? name)) continue
        faults.push(`${role} ${n} has ${level} ${lib} ${name}, expected ${JSON.stringify(want)}`)
      }
    }
  }
  return [...faults, ...checkSources(sources)].slice(0, 3).map((fault) => `${what}: ${fault}`)
}

/** @param {string} msg @param {string} role @param {number} n */
function isNumbered(msg, role, n) {
  const found = NUMBERED.exec(msg)
  return found?.[1] === role && found[2] === String(n)
}

/** One thread for each role: those of the others are below the main thread's. @param {Record<string, Set<string>>} found */
function checkSources(found) {
  const threads = ROLES.map((role) => [...found[role]].join(', '))
  const [main] = threads
  const [source, thread] = main.split(' ')
  const below = source === 'root' ? '' : `${source}/`
  const [pid] = String(thread).split('/')
  const expected = [
    /^\S+ \d+\/0$/,
    // A compiler may have had a thread before.
    new RegExp(`^${below}worker#\\d+ ${pid}/\\d+$`),
    new RegExp(`^${below}fork#1 \\d+/0$`),
  ]
  return threads.flatMap((each, i) => (expected[i].test(each) ? [] : [`${ROLES[i]} is ${each}`]))
}

/**
 * What the launcher has printed of the application, which has been data before: once, by the root.
 * @param {readonly any[]} records
 * @param {(n: number) => boolean} isShown
 */
function checkReprinted(records, isShown) {
  const printed = records.filter(({ source, lib }) => source === 'root' && lib === 'stdout')
  return ROLES.flatMap((role) =>
    Array.from({ length: COUNT }, (_, i) => i + 1).flatMap((n) => {
      const found = printed.filter(({ msg }) => isNumbered(msg, role, n))
      if (found.length === (isShown(n) ? 1 : 0)) return []
      return [`${role} ${n} is printed in the log ${found.length} times`]
    }),
  ).slice(0, 3)
}

module.exports = { checkRecords, checkReprinted, checkSequences, compareTexts }
