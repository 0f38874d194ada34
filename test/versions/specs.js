// The rows of the table in docs/adapters.md: versions of libraries, and what is kept of the records of each.

const { dependencies } = require('./package.json')

/**
 * @typedef {object} Kept
 * @property {string} lib of the records: who has captured them
 * @property {string} facts what is kept, as check.js names it; `relay` is for the children's records only
 *
 * @typedef {object} Spec
 * @property {string} title
 * @property {string} library in test/fixtures/versions/libraries.js
 * @property {string} name of the package, or of the module of Node.js
 * @property {string} [alias] as which the package is installed
 * @property {Record<string, string>} [env]
 * @property {string} has what the library's records have
 * @property {Kept} kept
 * @property {Kept} [unhooked] what is kept with `import` on a Node.js that has no hook for ES modules
 * @property {Kept} [root] what is kept of the root's records, where that is something else
 */

const ALL = 'level name fields error'

/** @type {Spec[]} */
const SPECS = [
  ...versions('bunyan', [1, 2], { has: `${ALL} relay` }),
  {
    ...version('consola', 2),
    library: 'consola2',
    has: 'level name error relay',
    kept: { lib: 'stdout', facts: 'all level' },
  },
  {
    ...version('consola', 3),
    has: 'level name error relay',
    kept: { lib: 'consola', facts: 'all level name error relay' },
    // What leads to a file only is not captured.
    unhooked: { lib: 'stdout', facts: 'level name' },
  },
  ...versions('debug', [2, 3, 4], { has: 'name', env: { DEBUG: 'shop' } }),
  ...versions('log4js', [4, 5, 6], { has: 'level name error relay' }),
  ...versions('loglevel', [1], { has: 'level name error' }),
  ...versions('logtape', [1, 2], { has: ALL }).map((spec) => ({
    ...spec,
    title: spec.title.replace('logtape', 'LogTape'),
    name: '@logtape/logtape',
  })),
  ...versions('pino', [6, 7, 8, 9, 10], { has: `${ALL} relay` }),
  ...versions('roarr', [2, 7], { has: ALL, env: { ROARR_LOG: 'true' } }),
  ...versions('signale', [1], { has: 'level name error relay' }),
  {
    ...version('tslog', 3),
    library: 'tslog3',
    has: `${ALL} relay`,
    kept: { lib: 'stdout', facts: 'all level name' },
  },
  {
    ...version('tslog', 3),
    title: `${version('tslog', 3).title}, JSON`,
    library: 'tslog3Json',
    has: `${ALL} relay`,
    kept: { lib: 'stdout', facts: 'all level name error' },
  },
  ...versions('tslog', [4, 5], { has: `${ALL} relay` }).map((spec) => ({
    ...spec,
    unhooked: { lib: 'console', facts: 'all' },
  })),
  {
    ...version('winston', 2),
    library: 'winston2',
    has: `${ALL} relay`,
    kept: { lib: 'stdout', facts: 'all level name' },
  },
  ...versions('winston', [3], { has: `${ALL} relay` }),
  printer('console.Console', 'console', 'node:console', 'level error', ''),
  printer('fancy-log', 'fancyLog', 'fancy-log', 'level error', ''),
  {
    ...printer('fs.writeSync', 'writeSync', 'node:fs', '', ''),
    root: { lib: 'undefined', facts: '' },
  },
  printer('morgan', 'morgan', 'morgan', '', ''),
  printer('NestJS Logger', 'nest', '@nestjs/common', 'level name error', 'level name'),
  {
    ...printer('npmlog', 'npmlog', 'npmlog', 'level name error', 'level'),
    kept: { lib: 'stderr', facts: 'all level' },
  },
]

/** Versions that the adapter of the library captures, with all that they have. @param {string} name @param {number[]} majors @param {{ has: string, env?: Record<string, string> }} more @returns {Spec[]} */
function versions(name, majors, more) {
  const kept = { lib: name, facts: `all ${more.has}` }
  return majors.map((major) => ({ ...version(name, major), kept, ...more }))
}

/** @param {string} name @param {number} major */
function version(name, major) {
  const alias = `${name}${major}`
  return { title: `${name} ${versionOf(alias)}`, library: name, name, alias }
}

/** @param {string} title @param {string} library @param {string} name @param {string} has @param {string} kept @returns {Spec} */
function printer(title, library, name, has, kept) {
  const isNode = name.startsWith('node:')
  return {
    title: isNode ? title : `${title} ${versionOf(name)}`,
    library,
    name,
    ...(isNode ? {} : { alias: name }),
    has,
    kept: { lib: 'stdout', facts: `all ${kept}`.trim() },
  }
}

/** @param {string} alias */
function versionOf(alias) {
  return String(Reflect.get(dependencies, alias)).split('@').at(-1)
}

module.exports = { SPECS }
