// Finds what an application's workers have told: in the log, and in all that it has printed and written.

const { stripVTControlCharacters } = require('node:util')
const { audit } = require('../helpers/delivery.js')

const STEPS = 5
/** As test/fixtures/apps/work.js writes it. */
const TOLD = /\b([a-z0-9]+) (\d+) task (\d+)\.(\d+) by (\d+)\/(\d+)/g

/** What is told in a text, in its order. @param {string} text */
function findTold(text) {
  return [...stripVTControlCharacters(text).matchAll(TOLD)].map(
    ([, lib, count, task, step, pid, tid]) => ({
      lib,
      count: Number(count),
      key: `${task}.${step}`,
      by: `${pid}/${tid}`,
    }),
  )
}

/** @typedef {ReturnType<typeof findTold>[number]} Told */

/**
 * Faults of a log file's records, as sentences.
 * @param {readonly any[]} records
 * @param {import('./specs.js').Spec} spec
 */
function checkLog(records, { libs, sources, tasks, restarts, copied = [] }) {
  const { lost, doubled, disordered } = audit(records)
  const faults = []
  if (lost + doubled + disordered > 0) {
    faults.push(`log: ${lost} lost, ${doubled} doubled, ${disordered} out of order`)
  }
  const told = records.flatMap((record) => findTold(record.msg).map((it) => ({ ...it, record })))
  faults.push(...checkOrder(told, 'log', restarts))
  for (const [lib, where] of Object.entries(libs)) {
    if (copied.includes(lib)) continue
    const of = told.filter((it) => it.lib === lib)
    faults.push(...checkCount(of, tasks, `${lib} in the log`))
    if (where === 'out') {
      const odd = of.find(({ record }) => !['stdout', 'stderr'].includes(record.lib))
      if (odd) faults.push(`${lib}: not printed text: ${JSON.stringify(odd.record).slice(0, 300)}`)
      continue
    }
    const strange = of.find(
      ({ by, record }) => by !== `${record.pid}/${record.tid}` || record.lib !== lib,
    )
    if (strange) faults.push(`${lib}: not its own: ${JSON.stringify(strange.record).slice(0, 300)}`)
    const placed = of.find(({ record }) => !sources.test(record.source))
    if (placed) faults.push(`${lib}: from ${placed.record.source}, expected ${sources}`)
  }
  return faults
}

/**
 * Faults of what was printed and written: everything, once, as without logshare.
 * @param {readonly string[]} texts
 * @param {import('./specs.js').Spec} spec
 */
function checkTexts(texts, { libs, tasks, restarts }) {
  const told = texts.map(findTold)
  const faults = told.flatMap((each) => checkOrder(each, 'printed', restarts))
  for (const lib of Object.keys(libs)) {
    const of = told.flat().filter((it) => it.lib === lib)
    faults.push(...checkCount(of, tasks, `${lib} printed and written`))
  }
  return faults
}

/** Each step of each task once. @param {readonly Told[]} told @param {number} tasks @param {string} what */
function checkCount(told, tasks, what) {
  const keys = new Set(told.map(({ key }) => key))
  const expected = tasks * STEPS
  if (keys.size === expected && told.length === expected) return []
  return [`${what}: ${keys.size} of ${expected}, ${told.length - keys.size} doubled`]
}

/**
 * Each thread's texts in the order in which it has told them.
 * @param {readonly Told[]} told
 * @param {string} where
 * @param {boolean} [restarts]
 */
function checkOrder(told, where, restarts) {
  /** @type {Map<string, number>} */
  const last = new Map()
  let disordered = 0
  for (const { lib, by, count } of told) {
    const key = `${lib} ${by}`
    if (count < (last.get(key) ?? 0) && !(restarts && count === 1)) disordered++
    last.set(key, count)
  }
  return disordered === 0 ? [] : [`${where}: ${disordered} out of order`]
}

module.exports = { checkLog, checkTexts, findTold }
