// Runs all applications by a pm2 daemon of the tests' own, and stops them when each has printed that it is done.

const { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { DONE, LIMIT, onceText, prepareCopy, readText, runToEnd } = require('./execute.js')

/** Milliseconds that the daemon needs for its end at most. */
const END_LIMIT = 10_000

/**
 * @typedef {import('./execute.js').Ended} Ended
 * @typedef {import('./execute.js').Setting} Setting
 */

/**
 * The text of each application is what pm2 has written of it; `commands` is what pm2 itself has printed.
 * @param {string} folder
 * @param {'fork' | 'cluster'} mode
 * @param {readonly string[]} libraries
 * @param {Setting} setting
 * @returns {Promise<{ place: Ended, ended: Record<string, Ended>, daemon: string }>}
 */
async function executePm2(folder, mode, libraries, setting) {
  const place = prepareCopy(folder, setting)
  const home = join(place.temporary, 'pm2')
  mkdirSync(home)
  writeFileSync(join(home, 'touch'), '') // or pm2 greets
  const outputs = libraries.map((library) => join(place.cwd, `pm2-${library}-out.txt`))
  for (const path of outputs) writeFileSync(path, '')
  const env = { ...place.env, PM2_HOME: home, LIBRARIES: libraries.join(' '), MODE: mode }
  const command = join(folder, 'node_modules/.bin/pm2')
  /** @param {string[]} args */
  const pm2 = (...args) => runToEnd(command, args, { ...place, env })
  let started
  try {
    const done = outputs.map((path) => hasDone(path))
    started = await pm2('start', 'ecosystem.config.js')
    await Promise.all(done)
    await pm2('stop', 'all')
  } finally {
    await pm2('kill')
  }
  await hasNoDirectories(place.temporary)
  const log = readText(join(place.cwd, 'logshare.log'))
  /** @type {Record<string, Ended>} */
  const ended = {}
  for (const [i, library] of libraries.entries()) {
    const stderr = readText(join(place.cwd, `pm2-${library}-err.txt`)) ?? ''
    ended[library] = { ...place, code: 0, stdout: readText(outputs[i]) ?? '', stderr, log }
  }
  const daemon = readText(join(home, 'pm2.log')) ?? ''
  return { place: { ...place, ...started, log }, ended, daemon }
}

/** @param {string} path */
function hasDone(path) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp()
      reject(new Error(`${path} has no end after ${LIMIT} ms:\n${readFileSync(path, 'utf8')}`))
    }, LIMIT)
    const giveUp = onceText(path, DONE, () => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}

/** `pm2 kill` is back before the daemon has ended: it is the last to leave its runtime directory. @param {string} temporary */
function hasNoDirectories(temporary) {
  const base = readdirSync(temporary).find((name) => name.startsWith('logshare-'))
  if (base === undefined) return
  const path = join(temporary, base)
  return new Promise((resolve) => {
    const watcher = watch(path)
    const end = () => {
      clearTimeout(timer)
      watcher.close()
      resolve(undefined)
    }
    const timer = setTimeout(end, END_LIMIT) // what is left is found by `findFaults`
    const look = () => readdirSync(path).length === 0 && end()
    watcher.on('change', look)
    look()
  })
}

module.exports = { executePm2 }
