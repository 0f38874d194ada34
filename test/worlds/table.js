'use strict'
// Table: all worlds.

const { BUILDERS } = require('./lists/builders.js')
const { LAUNCHERS } = require('./lists/launchers.js')
const { OBSERVERS } = require('./lists/observers.js')
const { POOLS } = require('./lists/pools.js')
const { SUITES } = require('./lists/suites.js')

/** @type {readonly import('./world.js').World[]} */
const WORLDS = [...LAUNCHERS, ...BUILDERS, ...SUITES, ...POOLS, ...OBSERVERS]

module.exports = { WORLDS }
