// Runs applications by launchers, with logshare and without: all that they write and print has to be the same, and every
// record of their main thread, of a thread and of a process has to be in the log.
//
//   node test/launchers/run.js [launcher or application…]
//
// The applications are in test/fixtures/launchers and run from a copy outside of the checkout.

const { findFaults } = require('../apps/execute.js')
const { install } = require('../apps/install.js')
const { APPLICATIONS } = require('./applications.js')
const { findLogFaults, findStrayFaults, findTextFaults } = require('./cell.js')
const { execute } = require('./execute.js')
const { LAUNCHERS } = require('./launchers.js')
const { executePm2 } = require('./pm2.js')

/**
 * @typedef {import('./launchers.js').Launcher} Launcher
 * @typedef {import('./applications.js').Application} Application
 * @typedef {import('./execute.js').Ended} Ended
 * @typedef {import('./execute.js').Setting} Setting
 */

/** How many launchers run at the same time. */
const LANES = 2
/** Applications that also run without a configuration. */
const UNCONFIGURED = ['install', 'winston']

const named = process.argv.slice(2)
/** @param {{ name: string }} one */
const isNamed = ({ name }) => named.includes(name) || named.includes(name.split(' ')[0])
const launchers = LAUNCHERS.some(isNamed) ? LAUNCHERS.filter(isNamed) : LAUNCHERS
const applications = APPLICATIONS.some(isNamed) ? APPLICATIONS.filter(isNamed) : APPLICATIONS
const outcome = { passed: 0, failed: 0 }

main()

async function main() {
  if (named.length > 0 && ![...LAUNCHERS, ...APPLICATIONS].some(isNamed)) {
    console.error(`nothing is called ${named.join(', ')}`)
    process.exitCode = 2
    return
  }
  const folder = install(__dirname)
  const tasks = launchers.flatMap((launcher) => {
    if (launcher.mode) return [() => testPm2(folder, launcher)]
    return applications.map((application) => () => testCell(folder, launcher, application))
  })
  const lanes = Array.from({ length: LANES }, async () => {
    for (let task = tasks.shift(); task; task = tasks.shift()) await task()
  })
  await Promise.all(lanes)
  console.log(`\n${outcome.passed} passed, ${outcome.failed} failed`)
  process.exitCode = outcome.failed > 0 ? 1 : 0
}

/** @param {string} folder @param {Launcher} launcher @param {Application} application */
async function testCell(folder, launcher, application) {
  const bare = await execute(folder, launcher, application.name, 'bare')
  for (const setting of settingsOf(application)) {
    const began = Date.now()
    const ours = await execute(folder, launcher, application.name, setting)
    report(launcher, application, setting, began, [
      ...findTextFaults(launcher, application, setting, bare, ours),
      ...findFaults({ ...ours, stderr: '' }),
      ...findLogFaults(launcher, application, setting, ours),
    ])
    ours.remove()
  }
  bare.remove()
}

/** All applications by one daemon. @param {string} folder @param {Launcher} launcher */
async function testPm2(folder, launcher) {
  const mode = launcher.mode ?? 'fork'
  const libraries = applications.map(({ name }) => name)
  const bare = await executePm2(folder, mode, libraries, 'bare')
  for (const setting of /** @type {const} */ (['config', 'preload'])) {
    const began = Date.now()
    const ours = await executePm2(folder, mode, libraries, setting)
    const faults = [
      ...findFaults(ours.place),
      ...findStrayFaults(launcher, setting, applications, bare.daemon, ours.daemon),
    ]
    for (const application of applications) {
      const { name } = application
      report(launcher, application, setting, began, [
        ...findTextFaults(launcher, application, setting, bare.ended[name], ours.ended[name]),
        ...faults,
        ...findLogFaults(launcher, application, setting, ours.ended[name]),
      ])
    }
    ours.place.remove()
  }
  bare.place.remove()
}

/** @param {Application} application @returns {Setting[]} */
function settingsOf({ name }) {
  return UNCONFIGURED.includes(name) ? ['config', 'preload'] : ['config']
}

/**
 * @param {Launcher} launcher
 * @param {Application} application
 * @param {Setting} setting
 * @param {number} began
 * @param {string[]} faults
 */
function report(launcher, application, setting, began, faults) {
  const isGood = faults.length === 0
  outcome[isGood ? 'passed' : 'failed']++
  const took = ((Date.now() - began) / 1000).toFixed(1)
  const how = setting === 'config' ? 'file handler' : 'no configuration'
  console.log(
    `${isGood ? 'ok    ' : 'FAILED'} ${launcher.name}, ${application.name}, ${how} (${took} s)`,
  )
  for (const fault of faults) console.log(`       ${fault}`)
}
