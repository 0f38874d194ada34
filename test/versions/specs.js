// The rows of the table in docs/adapters.md: versions of libraries, and what is kept of the records of each.

/**
 * @typedef {object} Spec
 * @property {string} title
 * @property {string} library in test/fixtures/versions/libraries.js
 * @property {string} name of the package, or of the module of Node.js
 * @property {string} [alias] as which the package is installed
 * @property {Kept} kept
 * @property {Kept} [imported] what is kept with `import`, where that is less
 * @property {Record<string, string>} [env]
 *
 * @typedef {object} Kept
 * @property {string} lib of the records: the adapter's name
 * @property {string} facts what is kept of a record
 */

/** @type {readonly Spec[]} */
const SPECS = []
const add = (title, library, name, alias, lib, facts, more = {}) => SPECS.push({ title, library, name, alias, kept: { lib, facts }, ...more })
for (const v of [1, 2]) add(`bunyan ${v}`, 'bunyan', 'bunyan', `bunyan${v}`, 'bunyan', '')
add('consola 2', 'consola2', 'consola', 'consola2', '', '')
add('consola 3', 'consola', 'consola', 'consola3', '', '')
for (const v of [1, 2]) add(`LogTape ${v}`, 'logtape', '@logtape/logtape', `logtape${v}`, '', '')
for (const v of [6, 7, 8, 9, 10]) add(`pino ${v}`, 'pino', 'pino', `pino${v}`, '', '')
add('winston 2', 'winston2', 'winston', 'winston2', '', '')
add('winston 3', 'winston', 'winston', 'winston3', '', '')
add('tslog 3', 'tslog3', 'tslog', 'tslog3', '', '')
add('tslog 3, JSON', 'tslog3Json', 'tslog', 'tslog3', '', '')
for (const v of [4, 5]) add(`tslog ${v}`, 'tslog', 'tslog', `tslog${v}`, '', '')
for (const v of [2, 7]) add(`roarr ${v}`, 'roarr', 'roarr', `roarr${v}`, '', '', { env: { ROARR_LOG: 'true' } })
for (const v of [4, 5, 6]) add(`log4js ${v}`, 'log4js', 'log4js', `log4js${v}`, '', '')
for (const v of [2, 3, 4]) add(`debug ${v}`, 'debug', 'debug', `debug${v}`, '', '', { env: { DEBUG: 'shop' } })
add('loglevel 1', 'loglevel', 'loglevel', 'loglevel1', '', '')
add('signale 1', 'signale', 'signale', 'signale1', '', '')
add('morgan', 'morgan', 'morgan', 'morgan', '', '')
add('fancy-log', 'fancyLog', 'fancy-log', 'fancy-log', '', '')
add('npmlog', 'npmlog', 'npmlog', 'npmlog', '', '')
add('NestJS Logger', 'nest', '@nestjs/common', '@nestjs/common', '', '')
add('console.Console', 'console', 'node:console', undefined, '', '')
add('fs.writeSync', 'writeSync', 'node:fs', undefined, '', '')

module.exports = { SPECS }
