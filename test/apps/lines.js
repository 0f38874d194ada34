// Lines: all that an application prints and writes, line by line, without what differs from run to run.

const { stripVTControlCharacters } = require('node:util')
const { readFiles } = require('./execute.js')

/** @typedef {{ cwd: string, stdout: string, stderr: string }} Printed */

/** What differs from run to run: times, processes, ports, and which worker got which request. */
const VOLATILE = /** @type {const} */ ([
  [/\b([a-z0-9]+) \d+ (task \d+\.\d+) by \d+\/\d+/g, '$1 # $2 by #'],
  [/"(time|pid|remotePort|responseTime|id|request_id|timestamp|ms)":("[^"]*"|[\d.]+)/g, '"$1":#'],
  [/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]+ [+-]\d{4}/g, '<time>'],
  [/\d+\/\d+\/\d{4}, \d+:\d\d:\d\d [AP]M/g, '<time>'],
  [/\[\d\d:\d\d:\d\d(\.\d+)?\]/g, '[<time>]'],
  [/\brun-[A-Za-z0-9]{6}\b/g, 'run-#'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:#'],
  [/\b\d+([.,]\d+)?( ?)(ms|μs|s)\b/g, '#$2ms'],
  [/(duration_ms:?) [\d.]+/g, '$1 #'],
  [/(\[Nest\]) \d+ +/g, '$1 # '],
])

/** @param {string} text @param {string} cwd */
function linesOf(text, cwd) {
  let plain = text.replaceAll(cwd, '<cwd>')
  for (const [found, instead] of VOLATILE) plain = plain.replace(found, instead)
  return plain.split('\n').filter((line) => line.trim() !== '')
}

/**
 * What differs from the run without logshare: on each stream, and in each of the application's files.
 * @param {Printed} plain
 * @param {Printed} ours
 * @param {readonly string[]} others log files that are not the application's
 */
function compareLines(plain, ours, others) {
  const [before, after] = [plain, ours].map((run) => ({
    stdout: run.stdout,
    stderr: run.stderr,
    ...Object.fromEntries(readFiles(run, others).map(({ path, text }) => [path, text])),
  }))
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) =>
    differences(
      linesOf(before[name] ?? '', plain.cwd),
      linesOf(after[name] ?? '', ours.cwd),
      `${name} compared with the run without logshare`,
    ),
  )
}

/**
 * What differs between the log, and all that was printed and written: each line is in the log once, and nothing else.
 * @param {readonly any[]} records
 * @param {Printed} ours
 * @param {import('./specs.js').Lines} options
 * @param {readonly string[]} others log files that are not the application's
 */
function checkLines(records, ours, { unseen = [] }, others) {
  const files = readFiles(ours, [...others, ...unseen]).map(({ text }) => text)
  const texts = [ours.stdout, ours.stderr, ...files].join('\n').split('\n').map(messageOf)
  const messages = records.map(({ msg }) => msg)
  const [before, after] = [texts, messages].map((each) =>
    linesOf(stripVTControlCharacters(each.join('\n')), ours.cwd).map((line) => line.trim()),
  )
  return differences(before, after, 'the log compared with what was printed and written')
}

/** The message of a line that is a record of a library. @param {string} line */
function messageOf(line) {
  try {
    const { msg, message } = JSON.parse(line)
    return String(msg ?? message ?? line)
  } catch {
    return line
  }
}

/**
 * @param {readonly string[]} before
 * @param {readonly string[]} after
 * @param {string} what
 */
function differences(before, after, what) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const line of before) counts.set(line, (counts.get(line) ?? 0) - 1)
  for (const line of after) counts.set(line, (counts.get(line) ?? 0) + 1)
  const missing = [...counts].filter(([, count]) => count < 0)
  const added = [...counts].filter(([, count]) => count > 0)
  return /** @type {const} */ ([
    [missing, 'missing'],
    [added, 'besides'],
  ])
    .filter(([lines]) => lines.length > 0)
    .map(([lines, kind]) => {
      const total = lines.reduce((sum, [, count]) => sum + Math.abs(count), 0)
      const some = lines.slice(0, 4).map(([line]) => line.slice(0, 240))
      return `${what}: ${total} lines ${kind}: ${some.join(' | ')}`
    })
}

module.exports = { checkLines, compareLines }
