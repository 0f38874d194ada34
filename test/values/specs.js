'use strict'
// The libraries whose printed values are compared, and the kinds that may differ, each with its reason.

/**
 * @typedef {object} Spec
 * @property {string} title
 * @property {string} library in test/fixtures/values/libraries.js
 * @property {string} name of the package, if there is one
 * @property {string} [alias] as which it is installed
 * @property {Record<string, string>} [env]
 * @property {readonly Difference[]} [differs]
 *
 * @typedef {object} Difference
 * @property {readonly string[]} [kinds] all, if there are none
 * @property {RegExp} [where] the output, the place and the number of the call, with bars between them
 * @property {string} why
 */

/** @type {Difference[]} */
const WINSTON = [
  {
    kinds: ['error with cyclic causes'],
    where: /^pretty/,
    why: 'the same object twice in a call arrives as two, which `util.inspect` numbers',
  },
]
/** @type {Difference[]} */
const TSLOG = [
  {
    kinds: ['cyclic', 'cyclic array', 'error with cyclic causes'],
    where: /^record/,
    why: 'the same object twice in a call arrives as two, which `util.inspect` numbers',
  },
  {
    kinds: ['error with a text for a cause'],
    why: "tslog makes an error of a cause that is none, with a stack of its own: the root's",
  },
  {
    kinds: ['throwing getter', 'Proxy that throws'],
    why: 'a text in the place of what throws: without logshare, tslog writes an empty line',
  },
]
/** @type {Difference[]} */
const TSLOG4 = [
  {
    kinds: ['URLSearchParams', 'Headers', 'AbortSignal'],
    why: 'tslog 4 gives the transport a copy that `util.inspect` cannot read: without logshare, the log call throws',
  },
]
/** @type {Difference[]} */
const TSLOG_PRETTY = [
  {
    where: /^line-pretty\|\w+\|5/,
    why: '`%o` shows members that are not enumerable, as those of the class',
  },
  {
    kinds: [
      'iterator',
      'Promise',
      'pending Promise',
      'URL',
      'URLSearchParams',
      'Headers',
      'AbortSignal',
    ],
    where: /^line-pretty/,
    why: "without tslog's colours and line breaks: only `util.inspect` sees what is in it",
  },
  {
    kinds: ['DOMException'],
    where: /^line-pretty/,
    why: 'its message is a getter of the class: tslog leaves it out',
  },
]

/** @type {Spec[]} */
const SPECS = [
  { title: 'console', library: 'console', name: '' },
  { title: 'debug 2', library: 'debug', name: 'debug', alias: 'debug2', env: { DEBUG: 'shop' } },
  { title: 'debug 4', library: 'debug', name: 'debug', env: { DEBUG: 'shop' } },
  { title: 'pino 9', library: 'pino', name: 'pino', alias: 'pino9' },
  { title: 'pino 10', library: 'pino', name: 'pino' },
  { title: 'bunyan 2', library: 'bunyan', name: 'bunyan' },
  { title: 'winston 3', library: 'winston', name: 'winston', differs: WINSTON },
  { title: 'log4js 6', library: 'log4js', name: 'log4js' },
  { title: 'consola 3', library: 'consola', name: 'consola' },
  { title: 'signale 1', library: 'signale', name: 'signale' },
  { title: 'loglevel 1', library: 'loglevel', name: 'loglevel' },
  { title: 'LogTape 2', library: 'logtape', name: '@logtape/logtape' },
  { title: 'roarr 7', library: 'roarr', name: 'roarr', env: { ROARR_LOG: 'true' } },
  {
    title: 'tslog 4',
    library: 'tslog',
    name: 'tslog',
    alias: 'tslog4',
    differs: [...TSLOG, ...TSLOG4],
  },
  { title: 'tslog 5', library: 'tslog', name: 'tslog', differs: [...TSLOG, ...TSLOG_PRETTY] },
]

module.exports = { SPECS }
