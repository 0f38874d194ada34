// The launchers: how each starts the application, and where what the application prints leads.

const { join } = require('node:path')

/**
 * @typedef {object} Launcher
 * @property {string} name
 * @property {string} [package] that it is from; npm is Node.js's own
 * @property {(library: string, bin: (name: string) => string) => string[]} [command]
 * @property {'terminal' | 'reprinted' | 'kept'} prints
 *   `terminal`: the application prints there itself. `reprinted`: the launcher reads it from a pipe and prints it.
 *   `kept`: it goes into files.
 * @property {boolean} [stops] whether the application goes on until it is stopped
 * @property {'fork' | 'cluster'} [mode] of pm2
 * @property {boolean} [strays] whether what a process of the application prints goes into the launcher's own log
 */

/** @type {readonly Launcher[]} */
const LAUNCHERS = [
  { name: 'pm2 fork', package: 'pm2', prints: 'kept', mode: 'fork' },
  { name: 'pm2 cluster', package: 'pm2', prints: 'kept', mode: 'cluster', strays: true },
  { name: 'npm', command: (library) => ['npm', 'start', '--', library], prints: 'terminal' },
  {
    name: 'npx',
    command: (library) => ['npx', '-c', `node main.js ${library}`],
    prints: 'terminal',
  },
  {
    name: 'pnpm',
    package: 'pnpm',
    command: (library, bin) => [bin('pnpm'), 'start', library],
    prints: 'terminal',
  },
  {
    name: 'yarn',
    package: 'yarn',
    command: (library, bin) => [bin('yarn'), 'start', library],
    prints: 'terminal',
  },
  {
    name: 'nodemon',
    package: 'nodemon',
    command: (library, bin) => [bin('nodemon'), 'main.js', library],
    prints: 'terminal',
    stops: true,
  },
  {
    name: 'tsx',
    package: 'tsx',
    command: (library, bin) => [bin('tsx'), 'main.ts', library],
    prints: 'terminal',
  },
  {
    name: 'cross-env',
    package: 'cross-env',
    command: (library, bin) => [bin('cross-env'), 'SHOP=1', 'node', 'main.js', library],
    prints: 'terminal',
  },
  {
    name: 'concurrently',
    package: 'concurrently',
    command: (library, bin) => [bin('concurrently'), `node main.js ${library}`],
    prints: 'reprinted',
  },
]

/** The command line in a folder of packages. @param {Launcher} launcher @param {string} library @param {string} folder */
function commandOf({ command, name }, library, folder) {
  if (!command) throw new Error(`${name} has no command of its own`)
  return command(library, (bin) => join(folder, 'node_modules/.bin', bin))
}

module.exports = { LAUNCHERS, commandOf }
