// Cell: what one application has printed, written and logged below one launcher.

const { join } = require('node:path')
const { readLines } = require('../helpers/run.js')
const { checkRecords, checkReprinted, checkSequences, compareTexts } = require('./check.js')
const { readText } = require('./execute.js')

/**
 * @typedef {import('./launchers.js').Launcher} Launcher
 * @typedef {import('./applications.js').Application} Application
 * @typedef {import('./execute.js').Ended} Ended
 * @typedef {import('./execute.js').Setting} Setting
 */

/** The application calls it in each of its threads and processes. */
const WARNING =
  /the root process has a configuration: the options of this call are not used \(LOGSHARE_WARN_INSTALLED\)/
const THREADS = 3

/**
 * What is not as in the bare run.
 * @param {Launcher} launcher
 * @param {Application} application
 * @param {Setting} setting
 * @param {Ended} bare
 * @param {Ended} ours
 */
function findTextFaults({ prints, strays }, { name, files }, setting, bare, ours) {
  const paths = { [bare.cwd]: '<cwd>', [bare.temporary]: '<tmp>' }
  Object.assign(paths, { [ours.cwd]: '<cwd>', [ours.temporary]: '<tmp>' })
  const faults = bare.code === ours.code ? [] : [`code ${ours.code}, bare ${bare.code}`]
  for (const what of /** @type {const} */ (['stdout', 'stderr'])) {
    faults.push(
      ...compareTexts(what, bare[what], ours[what], { paths, isMixed: prints === 'reprinted' }),
    )
  }
  for (const file of files) {
    const [before, after] = [bare, ours].map(({ cwd }) => readText(join(cwd, file)))
    if (before === undefined) faults.push(`${file} is not there in the bare run`)
    faults.push(...compareTexts(file, before ?? '', after ?? '', { paths }))
  }
  const isWarned = name === 'install' && setting === 'config'
  const expected = isWarned ? THREADS - (strays ? 1 : 0) : 0
  return [...faults, ...checkWarnings(`${ours.stdout}\n${ours.stderr}`, expected)]
}

/** @param {string} text @param {number} expected */
function checkWarnings(text, expected) {
  const found = text.split('\n').filter((line) => line.includes('LOGSHARE_'))
  if (found.length === expected && found.every((line) => WARNING.test(line))) return []
  return [`${found.length} warnings, expected ${expected}: ${found.slice(0, 2).join(' ')}`]
}

/**
 * What is not as in the bare run in the log of a launcher, which has what strays there.
 * @param {Launcher} launcher
 * @param {Setting} setting
 * @param {readonly Application[]} applications
 * @param {string} bare
 * @param {string} ours
 */
function findStrayFaults({ strays }, setting, applications, bare, ours) {
  const isWarned = applications.some(({ name }) => name === 'install') && setting === 'config'
  const [before, after] = [bare, ours].map((text) =>
    text.split('\n').filter((line) => /\b(main|worker|fork) \d+\b/.test(line)),
  )
  const faults = checkWarnings(ours, isWarned && strays ? 1 : 0)
  if (!strays && before.length > 0) faults.push('the application prints into the log of the daemon')
  // It has those of all applications at once.
  const texts = [before, after].map((lines) => lines.join('\n'))
  return [...faults, ...compareTexts('daemon', texts[0], texts[1], { isSorted: true })]
}

/**
 * What is wrong with the log: logshare's own, or that which the application has installed.
 * @param {Launcher} launcher
 * @param {Application} application
 * @param {Setting} setting
 * @param {Ended} ended
 */
function findLogFaults(launcher, application, setting, { cwd, log }) {
  const isOwn = application.name === 'install' && setting === 'preload'
  const own = readText(join(cwd, 'own.log'))
  if (setting === 'preload' && log !== undefined) return ['there is a log without a configuration']
  if (setting === 'preload' && !isOwn) return []
  // All applications of pm2 run in the same folder.
  if (!isOwn && application.name === 'install' && own !== undefined) return ['own.log is there']
  const text = isOwn ? own : log
  if (text === undefined) return ['there is no log']
  const records = readLines(text)
  const faults = checkSequences(records)
  const { logged, printed, shows } = application
  if (logged) {
    const of = records.filter(({ lib }) => lib === logged(1).lib)
    faults.push(...checkRecords('logged', of, logged))
  }
  // The root of its own prints where it likes.
  const prints = isOwn ? 'terminal' : launcher.prints
  if (printed && prints === 'terminal') {
    const of = records.filter(({ lib, name }) => lib !== undefined || name !== 'app')
    faults.push(...checkRecords('printed', of, printed))
  }
  if (prints === 'reprinted') {
    faults.push(...checkReprinted(records, (n) => shows === true || printed?.(n) !== undefined))
  }
  return faults
}

module.exports = { findLogFaults, findStrayFaults, findTextFaults }
