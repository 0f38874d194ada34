// The applications: what each writes and prints, and what has to be in the log of it.

/**
 * @typedef {{ level: number, lib?: string, name?: string }} Wanted
 *
 * @typedef {object} Application
 * @property {string} name of its file in test/fixtures/launchers/loggers
 * @property {string[]} files that it writes
 * @property {(n: number) => Wanted} [logged] the record of each number that the library makes, wherever it leads
 * @property {(n: number) => Wanted | undefined} [printed] the record of each number, while it is printed on the terminal
 * @property {boolean} [shows] whether the terminal shows what is logged
 */

/** Of the records that each producer logs. */
const COUNT = 60
/** Levels, as test/fixtures/launchers/app.js goes through them. */
const LEVELS = [30, 40, 50]

/** @param {number} n */
const levelOf = (n) => LEVELS[n % LEVELS.length]

/** @type {readonly Application[]} */
const APPLICATIONS = [
  {
    name: 'winston',
    files: ['winston.log'],
    logged: (n) => ({ level: levelOf(n), lib: 'winston' }),
    shows: true,
  },
  {
    name: 'pino',
    files: ['pino.log'],
    logged: (n) => ({ level: levelOf(n), lib: 'pino', name: 'app' }),
  },
  {
    name: 'log4js',
    files: ['log4js.log'],
    logged: (n) => ({ level: levelOf(n), lib: 'log4js', name: 'app' }),
  },
  {
    name: 'consola',
    files: [],
    printed: (n) => ({ level: levelOf(n), lib: 'consola', name: 'app' }),
    shows: true,
  },
  {
    name: 'nest',
    files: [],
    // Its lines are read: they have a level and a name.
    printed: (n) => ({
      level: levelOf(n),
      lib: levelOf(n) === 50 ? 'stderr' : 'stdout',
      name: 'app',
    }),
    shows: true,
  },
  {
    name: 'install',
    files: [],
    logged: (n) => ({ level: levelOf(n), name: 'app' }),
    printed: (n) => (levelOf(n) === 30 ? { level: 30, lib: 'console' } : undefined),
  },
]

module.exports = { APPLICATIONS, COUNT, levelOf }
