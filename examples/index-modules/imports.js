// Imports: finds the modules that a source file imports, and those that do not exist. It does not use logshare; it logs
// with debug and console.

const { createRequire } = require('node:module')
const { resolve: absolute } = require('node:path')
const debug = require('debug')('index:imports')

const SOURCE = /\.[cm]?js$/
const IMPORT = /^[^/*]*(?:\brequire\(|\bfrom |\bimport\(|^import )\s*(['"])([^'"\s]+)\1/gm

function findImports(path, text) {
  if (!SOURCE.test(path)) return { found: 0, missing: 0 }
  const { resolve } = createRequire(absolute(path))
  let found = 0
  let missing = 0
  for (const [, , specifier] of text.matchAll(IMPORT)) {
    try {
      debug('%s asks for %s', path, resolve(specifier))
      found++
    } catch (error) {
      console.error('%s asks for %s in vain', path, specifier, error)
      missing++
    }
  }
  return { found, missing }
}

module.exports = { findImports }
