'use strict'
// Compare: two runs of a world, without what differs from run to run.

/**
 * @typedef {import('./world.js').World} World
 * @typedef {import('./world.js').Outcome} Outcome
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour
const COLOURS = /\x1b\[[\d;?]*[A-Za-z]/g
/** What no two runs have in common. */
const MASKS = /** @type {const} */ ([
  [COLOURS, ''],
  [/\(node:\d+\)/g, '(node:<pid>)'],
  [/\bpid[ :=]+\d+/gi, 'pid <pid>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d\d?:\d\d:\d\d( [AP]M)?/g, '<time>'],
  [/\b(\d+h )?(\d+m )?\d+(\.\d+)?\s?(ms|milliseconds|µs|s|seconds?|min|m)\b/g, '<duration>'],
  [/(duration_ms:?) \d+(\.\d+)?/g, '$1 <duration>'],
  [/ \(<duration>\)$/gm, ''],
  [/\b(runtime|time|duration)(":? ?)\d+(\.\d+)?/gi, '$1$2<duration>'],
  [/\b\d{13}\b/g, '<time>'],
])
/** Characters of a line that are shown. */
const WIDTH = 300

/** What differs from the bare run, as sentences. @param {World} world @param {Outcome} bare @param {Outcome} ours */
function findDifferences(world, bare, ours) {
  const printed = [bare.stdout, bare.stderr, ...Object.values(bare.files)]
    .join('\n')
    .replace(COLOURS, '')
  const unprinted = (world.logged ?? []).filter((text) => !printed.includes(text))
  const found = [...unprinted.map((text) => `the bare run does not print: ${text}`), ...ours.faults]
  for (const key of /** @type {const} */ (['code', 'signal'])) {
    if (bare[key] !== ours[key]) found.push(`${key} ${ours[key]}, bare ${bare[key]}`)
  }
  for (const key of /** @type {const} */ (['stdout', 'stderr'])) {
    found.push(...compareTexts(key, mask(bare[key], world), mask(ours[key], world), world))
  }
  const paths = new Set([...Object.keys(bare.files), ...Object.keys(ours.files)])
  for (const path of [...paths].sort()) {
    const [before, after] = [bare.files[path], ours.files[path]]
    if (before === undefined) found.push(`${path} is made, bare not`)
    else if (after === undefined) found.push(`${path} is not made, bare it is`)
    else found.push(...compareTexts(path, mask(before, world), mask(after, world), world))
  }
  if (ours.log !== undefined) found.push(...findMissing(ours.log, world.logged ?? []))
  return found
}

/** @param {string} text @param {World} world */
function mask(text, { masks = [] }) {
  return [...masks, ...MASKS].reduce(
    (left, [what, by]) => left.replace(what, /** @type {string} */ (by)),
    text,
  )
}

/** @param {string} what @param {string} before @param {string} after @param {World} world */
function compareTexts(what, before, after, { isMixed = false }) {
  if (before === after) return []
  const [bare, ours] = [before, after].map((text) => {
    const lines = text.split('\n').map((line) => line.trimEnd())
    return isMixed ? lines.filter(Boolean).sort() : lines // jest parts reports by empty lines as they come
  })
  const index = bare.findIndex((line, i) => line !== ours[i])
  const at = index < 0 ? bare.length : index
  if (at >= bare.length && at >= ours.length) return []
  const [expected, given] = [bare[at], ours[at]].map((line) =>
    JSON.stringify(line?.slice(0, WIDTH)),
  )
  return [`${what}, line ${at + 1}: ${given}, bare ${expected}`]
}

/** Texts that no record has. @param {string} log @param {readonly string[]} logged */
function findMissing(log, logged) {
  const messages = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).msg)
  return logged
    .filter((text) => !messages.some((message) => String(message).includes(text)))
    .map((text) => `not in the log: ${text}`)
}

module.exports = { findDifferences }
