'use strict'
// The packages of test/versions that print in ways.test.js, laid out as applications have them.

const { rmSync } = require('node:fs')
const { join } = require('node:path')
const { install } = require('../apps/install.js')
const { ROOT } = require('../helpers/run.js')
const { layOut } = require('../versions/layout.js')
const { SPECS } = require('../versions/specs.js')

/** By the names under which they are installed, or of Node's modules: in the order in which the program uses them. */
const ALIASES = [
  ...['morgan', 'fancy-log', '@nestjs/common', 'npmlog', 'winston2', 'bunyan1', 'consola2'],
  ...['logtape1', 'pino6', 'pino7', 'pino8', 'pino9', 'tslog3', 'tslog4', 'roarr2'],
  ...['log4js4', 'log4js5', 'debug2', 'debug3'],
]
const PACKAGES = ALIASES.map((alias) => ({ alias, way: wayOf(alias), spec: specOf(alias) }))

/** @param {string} alias */
function wayOf(alias) {
  return alias === '@nestjs/common' ? 'nest' : alias.replace(/\W/g, '')
}

/** @param {string} alias */
function specOf(alias) {
  const found = SPECS.find((spec) => spec.alias === alias)
  if (!found) throw new Error(`no version is installed as ${alias}`)
  return found
}

/** What the program needs to load them. Installs them, if this has not been done before. */
function layOutAll() {
  const folder = install(join(ROOT, 'test/versions'))
  const packages = PACKAGES.map(({ way, spec }) => {
    return { way, library: spec.library, name: spec.name, folder: layOut(folder, spec) }
  })
  const env = Object.assign({}, ...PACKAGES.map(({ spec }) => spec.env))
  const remove = () => {
    for (const each of packages) rmSync(each.folder, { recursive: true })
  }
  return { env: { ...env, VERSIONS: JSON.stringify(packages) }, remove }
}

module.exports = { layOutAll, WAYS: PACKAGES.map(({ way }) => way) }
