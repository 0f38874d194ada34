'use strict'
// Two real users of this machine, an attacker and others, and a copy of logshare that all of them can read.

const assert = require('node:assert/strict')
const { execFileSync, spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { packagesOf } = require('./packages')
const { cleanEnv, collect, FIXTURES, ROOT, scratch } = require('./run')

/** @typedef {{ name: string, uid: number, gid: number, home: string }} User */
/** @typedef {{ after(fn: () => void): void }} Context */

/**
 * A folder like /tmp, with logshare and the fixture `handlers/steps.js` in `app`.
 * @param {Context} t
 */
function createPlace(t) {
  assert.equal(process.getuid?.(), 0, 'these tests need other users: run them as root')
  const place = scratch(t)
  fs.chmodSync(place, 0o1777)
  const app = join(place, 'app')
  const modules = join(app, 'node_modules')
  fs.cpSync(join(FIXTURES, 'handlers/steps.js'), join(app, 'steps.js'))
  for (const each of ['dist', 'register.js', 'package.json'])
    fs.cpSync(join(ROOT, each), join(modules, 'logshare', each), { recursive: true })
  const { dependencies } = require(join(ROOT, 'package.json'))
  for (const name of Object.keys(dependencies).flatMap((each) => [...packagesOf(each)]))
    fs.cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true })
  execFileSync('chmod', ['-R', 'go+rX', app])
  return { place, app }
}

let added = 0

/** Adds a user with a home in `place`; removed after the test. @param {Context} t @param {string} place @returns {User} */
function addUser(t, place) {
  const name = `logshare${process.pid}x${++added}`
  const home = join(place, name)
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--user-group', name])
  t.after(() => spawnSync('userdel', ['--force', '--remove', name], { stdio: 'ignore' }))
  fs.chmodSync(home, 0o755)
  const { uid, gid } = fs.statSync(home)
  return { name, uid, gid, home }
}

/** @type {User} */
const SUPERUSER = { name: 'root', uid: 0, gid: 0, home: '/root' }

/**
 * Starts node as a user.
 * @param {User} user @param {string[]} args @param {Record<string, string | undefined>} env @param {string} cwd
 */
function startAs({ uid, gid, home }, args, env, cwd) {
  return spawn(process.execPath, args, {
    uid,
    gid,
    cwd,
    stdio: 'pipe',
    env: cleanEnv({ HOME: home, XDG_RUNTIME_DIR: '', ...env }),
  })
}

/** The same, to its end. @param {User} user @param {string[]} args @param {Record<string, string | undefined>} env @param {string} cwd */
function runAs(user, args, env, cwd) {
  return collect(startAs(user, args, env, cwd), { limit: 60_000 })
}

/** Calls `act` with a user's rights. @template T @param {User} user @param {() => T} act @returns {T} */
function actAs({ uid, gid }, act) {
  process.setegid?.(gid)
  process.seteuid?.(uid)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}

/**
 * A runtime directory as an attacker makes it: with a handler whose module creates the file `marker` when it is loaded.
 * @param {User} user @param {string} directory
 */
function layTrap(user, directory) {
  const marker = markerOf(user)
  return actAs(user, () => {
    const module = join(user.home, 'trap.js')
    fs.writeFileSync(
      module,
      `require('node:fs').writeFileSync(${JSON.stringify(marker)}, String(process.getuid()))
exports.createHandler = () => ({ write() {} })`,
    )
    fs.mkdirSync(directory, { recursive: true })
    fs.chmodSync(directory, 0o777)
    const config = join(directory, 'config.json')
    fs.writeFileSync(config, JSON.stringify(trapConfig(module)))
    fs.chmodSync(config, 0o644)
    return marker
  })
}

/** Where everybody can create it. @param {User} user */
const markerOf = ({ home }) => `${home}.marker`

/** What a root would write into config.json, with that module as its handler. @param {string} module */
function trapConfig(module) {
  const { checkOptions } = require('../../dist/config/options.js')
  const settings = checkOptions({ handlers: [{ type: 'module', module }] }, [])
  const { level, levels } = settings
  return {
    anchor: Date.now(),
    version: 0,
    level,
    levels,
    foreign: {},
    own: {},
    settings,
    stdio: {},
  }
}

module.exports = {
  createPlace,
  addUser,
  startAs,
  runAs,
  actAs,
  layTrap,
  markerOf,
  trapConfig,
  SUPERUSER,
}
