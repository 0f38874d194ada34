'use strict'
// Options: the names of all options the checker reads, found by giving it objects that note what is read of them.

const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { checkOptions } = require('../../dist/config/options.js')
const { ROOT } = require('./run.js')

const CONFIG = join(ROOT, 'dist/config')

/** Values without which the checker does not look further. */
const SAMPLES = {
  path: 'app.log',
  module: './handler.js',
  target: './transport.js',
  rotate: { size: 1, keep: { count: 1 } },
  rate: { limit: 1 },
  tls: {},
}
const ADDRESSES = ['tcp://127.0.0.1:1', 'udp://127.0.0.1:1']

/** Paths of the options that the application's configuration has. */
function topOptions() {
  const { value, read } = spy({ overflow: {}, order: {} })
  checkOptions(value, ADAPTER_NAMES)
  return leaves(read)
}

/** Paths of options by handler type, without `type`. @returns {Map<string, Set<string>>} */
function handlerOptions() {
  return optionsByType((value) => ({ handlers: [value] }))
}

/** Paths of options by input type, without `type`. @returns {Map<string, Set<string>>} */
function inputOptions() {
  return optionsByType((value) => ({ inputs: [value] }))
}

/** @param {(value: object) => object} configure */
function optionsByType(configure) {
  const found = new Map()
  for (const type of types()) {
    for (const address of ADDRESSES) {
      const { value, read } = spy({ ...SAMPLES, type, address })
      try {
        checkOptions(configure(value), ADAPTER_NAMES)
      } catch {
        continue // a type of the other list, or an address it does not take
      }
      read.delete('type')
      found.set(type, leaves(read))
    }
  }
  return found
}

/** Types of handlers and inputs, as the declarations have them. */
function types() {
  return new Set([...declarations().matchAll(/readonly type: '(\w+)'/g)].map((found) => found[1]))
}

/** Texts that an option may have as its value. */
function optionValues() {
  const text = declarations().replace(/^(import|export) .* from .*$/gm, '')
  return new Set([...text.matchAll(/'([^'\n]+)'/g)].map((found) => found[1]))
}

function declarations() {
  const files = readdirSync(CONFIG).filter((name) => name.endsWith('.d.ts'))
  return files
    .map((name) => readFileSync(join(CONFIG, name), 'utf8'))
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
}

/** An object that notes the paths that are read of it. @param {object} sample */
function spy(sample) {
  const read = new Set()
  /** @param {Record<string, unknown>} object @param {string} path @returns {object} */
  const wrap = (object, path) =>
    new Proxy(object, {
      // At the top all samples are there to be read, but none is there to be refused as unknown.
      ownKeys: () => (path === '' ? [] : Object.keys(object)),
      get(_object, key) {
        if (typeof key !== 'string') return undefined
        read.add(path + key)
        const value = object[key]
        const isObject = typeof value === 'object' && value !== null
        return isObject ? wrap(/** @type {any} */ (value), `${path}${key}.`) : value
      },
    })
  return { value: wrap(/** @type {any} */ (sample), ''), read }
}

/** @param {Set<string>} paths those that are read; of an object and its members only the members, but for `rotate.keep` */
function leaves(paths) {
  const isParent = (path) => [...paths].some((each) => each.startsWith(`${path}.`))
  return new Set([...paths].filter((path) => path === 'rotate.keep' || !isParent(path)))
}

module.exports = { topOptions, handlerOptions, inputOptions, optionValues }
