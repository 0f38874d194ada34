'use strict'
// Runs real tools with logshare in NODE_OPTIONS and without: what they print, write and exit with has to be the same.
//
//   node test/worlds/run.js [--core] [--show] [world…]
//
// Each runs bare, with the preload alone, and with a log file, which has to hold what was printed. `--core` takes those
// whose packages are small, `--show` shows the runs. A world's folder is the same in all of its runs.

const { findDifferences } = require('./compare.js')
const { startRedis } = require('../apps/redis.js')
const { makePlace } = require('./place.js')
const { WORLDS } = require('./table.js')
const { runWorld } = require('./world.js')

/**
 * @typedef {import('./world.js').World} World
 * @typedef {import('./world.js').Outcome} Outcome
 */

const LANES = 2
const SETTINGS = /** @type {const} */ (['preload', 'log file'])
const MAJOR = Number(process.versions.node.split('.')[0])

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('--'))
const isCore = args.includes('--core')
const shows = args.includes('--show')

/** @type {Map<string, import('./place.js').Place>} */
const places = new Map()

main()

async function main() {
  const worlds = WORLDS.filter(
    ({ name, packages = 'core', since = 0 }) =>
      MAJOR >= since &&
      !(isCore && packages !== 'core') &&
      (named.length === 0 || named.some((each) => name.includes(each))),
  )
  if (worlds.length === 0) {
    console.error(`no world is called ${named.join(', ')}`)
    process.exitCode = 2
    return
  }
  const width = Math.max(...worlds.map(({ name }) => name.length))
  print(width, ['world', ...SETTINGS, 'time'])
  const redis = worlds.some(({ needsRedis }) => needsRedis) ? await startRedis() : undefined
  const env = { REDIS_SOCKET: redis?.socket }
  const tasks = [...worlds]
  let different = 0
  const lanes = Array.from({ length: LANES }, async () => {
    for (let world = tasks.shift(); world; world = tasks.shift()) {
      if (!(await testWorld(world, env, width))) different++
    }
  })
  try {
    await Promise.all(lanes)
  } finally {
    await redis?.end()
    for (const place of places.values()) place.remove()
  }
  console.log(`\n${worlds.length - different} same, ${different} different`)
  process.exitCode = different > 0 ? 1 : 0
}

/** @param {World} world */
function placeOf({ packages = 'core' }) {
  const place = places.get(packages) ?? makePlace(packages)
  places.set(packages, place)
  return place
}

/** Whether all runs of a world are the same. @param {World} world @param {NodeJS.ProcessEnv} env @param {number} width */
async function testWorld(world, env, width) {
  const began = Date.now()
  const place = placeOf(world)
  const bare = await runWorld(place, world, 'bare', env)
  if (shows) show('bare', bare)
  /** @type {string[][]} */
  const found = []
  for (const setting of SETTINGS) {
    const ours = await runWorld(place, world, setting, env)
    found.push(findDifferences(world, bare, ours))
    if (shows) show(setting, ours)
  }
  const cells = found.map(({ length }) => (length === 0 ? 'same' : 'DIFFERS'))
  print(width, [world.name, ...cells, `${((Date.now() - began) / 1000).toFixed(1)} s`])
  for (const [index, differences] of found.entries()) {
    for (const each of differences) console.log(`  ${SETTINGS[index]}: ${each}`)
  }
  return found.every(({ length }) => length === 0)
}

/** @param {string} setting @param {Outcome} outcome */
function show(setting, { code, signal, stdout, stderr, files, log }) {
  console.log(`== ${setting}: ${code ?? signal}, files: ${Object.keys(files).join(' ')}`)
  for (const [name, text] of Object.entries({ stdout, stderr, log })) {
    if (text) console.log(`-- ${name}\n${text.trimEnd()}`)
  }
}

/** @param {number} width @param {readonly string[]} cells */
function print(width, [name = '', ...cells]) {
  console.log([name.padEnd(width), ...cells.map((cell) => cell.padEnd(9))].join('  ').trimEnd())
}
