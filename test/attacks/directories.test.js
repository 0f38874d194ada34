'use strict'
// Directories: whatever another user does to the folders that a runtime directory is in, none of that user's code is loaded
// and no record is lost.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')
const { assertDelivered } = require('../helpers/delivery')
const { collect, readLog } = require('../helpers/run')
const {
  actAs,
  addUser,
  createPlace,
  layTrap,
  markerOf,
  runAs,
  startAs,
  SUPERUSER,
} = require('../helpers/users')

const CLI = 'node_modules/logshare/dist/cli/main.js'
const PRELOAD = ['-r', 'logshare/register']
/** Logs for two seconds: long enough to take over a log that has no listener. */
const LOGS = `const log = require('logshare').getLogger('victim'); let count = 0
  const timer = setInterval(() => { log.info('record'); if (++count === 40) clearInterval(timer) }, 50)`

/** @param {import('node:test').TestContext} t */
function setUp(t) {
  const { place, app } = createPlace(t)
  const [victim, attacker] = [addUser(t, place), addUser(t, place)]
  return { place, app, victim, attacker, marker: markerOf(attacker) }
}

/** What leads a process to a directory of the attacker's; returns that path. */
const WAYS = {
  'a directory of somebody else': (/** @type {any} */ { attacker }) => {
    const directory = join(attacker.home, 'run')
    layTrap(attacker, directory)
    return directory
  },
  'a link to one': (/** @type {any} */ { attacker, place }) => {
    const directory = join(attacker.home, 'run')
    layTrap(attacker, directory)
    actAs(attacker, () => fs.symlinkSync(directory, join(place, 'run')))
    return join(place, 'run')
  },
  'a directory beneath a link of somebody else': (/** @type {any} */ { attacker, place }) => {
    layTrap(attacker, join(attacker.home, 'in/run'))
    actAs(attacker, () => fs.symlinkSync(join(attacker.home, 'in'), join(place, 'in')))
    return join(place, 'in/run')
  },
  'a directory that was swapped in a folder for all': (
    /** @type {any} */ { attacker, victim, place },
  ) => {
    const folder = join(place, 'for-all')
    fs.mkdirSync(folder)
    fs.chmodSync(folder, 0o777)
    const directory = join(folder, 'run')
    actAs(victim, () => fs.mkdirSync(directory, { mode: 0o700 }))
    actAs(attacker, () => fs.renameSync(directory, `${directory}.before`))
    layTrap(attacker, directory)
    return directory
  },
  'a directory of this user beneath one of somebody else': (
    /** @type {any} */ { attacker, victim },
  ) => {
    const folder = join(attacker.home, 'folder')
    actAs(attacker, () => {
      fs.mkdirSync(folder)
      fs.chmodSync(folder, 0o777)
    })
    layTrap(attacker, join(attacker.home, 'run'))
    const directory = join(folder, 'run')
    fs.cpSync(join(attacker.home, 'run'), directory, { recursive: true })
    for (const path of [directory, join(directory, 'config.json')])
      fs.chownSync(path, victim.uid, victim.gid)
    fs.chmodSync(directory, 0o700)
    return directory
  },
  'a linked config.json': (/** @type {any} */ { attacker, victim }) => {
    layTrap(attacker, join(attacker.home, 'run'))
    const directory = join(victim.home, 'run')
    actAs(victim, () => {
      fs.mkdirSync(directory, { mode: 0o700 })
      fs.symlinkSync(join(attacker.home, 'run/config.json'), join(directory, 'config.json'))
    })
    return directory
  },
  'a config.json of somebody else': (/** @type {any} */ { attacker, victim }) => {
    layTrap(attacker, join(attacker.home, 'run'))
    const directory = join(victim.home, 'run')
    actAs(victim, () => fs.mkdirSync(directory, { mode: 0o700 }))
    fs.linkSync(join(attacker.home, 'run/config.json'), join(directory, 'config.json'))
    return directory
  },
  'a config.json with a second name': (/** @type {any} */ { attacker, victim, place }) => {
    layTrap(attacker, join(attacker.home, 'run'))
    const directory = join(victim.home, 'run')
    actAs(victim, () => {
      fs.mkdirSync(directory, { mode: 0o700 })
      fs.copyFileSync(join(attacker.home, 'run/config.json'), join(directory, 'config.json'))
      fs.linkSync(join(directory, 'config.json'), join(place, 'config.json'))
    })
    return directory
  },
  'a config.json that others may write': (/** @type {any} */ { attacker, victim }) => {
    layTrap(attacker, join(attacker.home, 'run'))
    const directory = join(victim.home, 'run')
    actAs(victim, () => {
      fs.mkdirSync(directory, { mode: 0o700 })
      fs.copyFileSync(join(attacker.home, 'run/config.json'), join(directory, 'config.json'))
      fs.chmodSync(join(directory, 'config.json'), 0o666)
    })
    return directory
  },
}

for (const [way, lay] of Object.entries(WAYS)) {
  test(`${way}: an old LOGSHARE_CHILD, the commands and LOGSHARE_DIR load nothing`, async (t) => {
    const at = setUp(t)
    const { app, victim, marker } = at
    const directory = lay(at)
    const hand = JSON.stringify({ directory, source: 'spawn#1' })
    for (const user of way.includes('config.json') ? [victim] : [victim, SUPERUSER]) {
      const child = await runAs(user, [...PRELOAD, '-e', LOGS], { LOGSHARE_CHILD: hand }, app)
      assert.equal(child.code, 0)
      assert.match(
        child.stderr,
        /^logshare: this process logs by itself: [^\n]* \(LOGSHARE_WARN_FAILED_OPEN\)\n$/,
      )
      assert.equal(child.stdout.match(/\brecord\b/g)?.length, 40)
      for (const command of ['recover', 'ps', 'reopen']) {
        const { code, stderr } = await runAs(user, [CLI, command, directory], {}, app)
        assert.equal(code, 1, `${command} as ${user.name}`)
        assert.match(stderr, /^logshare: [^\n]*\((?:LOGSHARE_ERR_DIR)\)\n$/)
      }
    }
    if (!way.includes('config.json')) {
      const env = { LOGSHARE_DIR: directory }
      const { code, stderr } = await runAs(victim, [...PRELOAD, '-e', LOGS], env, app)
      assert.equal(code, 1)
      assert.match(stderr, /^logshare: runtime directory [^\n]*\(LOGSHARE_ERR_DIR\)\n$/)
    }
    assert.ok(!fs.existsSync(marker), 'code of the attacker was loaded')
  })
}

/** The application of `steps.js`, as it runs. @param {import('../helpers/users').User} user @param {string} app @param {Record<string, string>} env */
function startApp(user, app, env) {
  const child = startAs(user, [...PRELOAD, 'steps.js'], env, app)
  const { stdin } = child
  let stderr = ''
  child.stderr.on('data', (part) => (stderr += part))
  let done = 0
  const take = async (/** @type {object} */ step) => {
    stdin.write(`${JSON.stringify(step)}\n`)
    done++
    while (stderr.split('{"done"').length - 1 < done) {
      assert.equal(child.exitCode, null, stderr)
      await sleep(10)
    }
  }
  const ended = collect(Object.assign(child, { stdin: null }), { limit: 60_000 })
  const notices = () => stderr.split('\n').filter((line) => line && !line.startsWith('{"done"'))
  const end = () => {
    stdin.write(`${JSON.stringify({ do: 'end' })}\n`)
    return ended
  }
  return { child, take, end, notices }
}

for (const variable of ['XDG_RUNTIME_DIR', 'TMPDIR']) {
  for (const folder of ['of another user', 'that others may write']) {
    test(`${variable} ${folder} is not used, and nothing in it can be swapped`, async (t) => {
      const { place, app, victim, attacker, marker } = setUp(t)
      const shared =
        folder === 'of another user' ? join(attacker.home, 'session') : join(place, 'all')
      const owner = folder === 'of another user' ? attacker : SUPERUSER
      actAs(owner, () => {
        fs.mkdirSync(shared)
        fs.chmodSync(shared, 0o777)
      })
      const log = join(victim.home, 'app.log')
      const user = folder === 'of another user' ? SUPERUSER : victim
      const config = JSON.stringify({ handlers: [{ type: 'file', path: log }] })
      const { take, end, notices } = startApp(user, app, {
        LOGSHARE_CONFIG: config,
        TMPDIR: place,
        [variable]: shared,
      })
      await take({ do: 'fork' })
      await take({ do: 'log', count: 5 })
      // The attacker's turn.
      actAs(attacker, () => {
        for (const name of fs.readdirSync(shared)) {
          const home = join(shared, name)
          const [run = ''] = user === victim ? [] : fs.readdirSync(home)
          fs.renameSync(home, `${home}.before`)
          layTrap(attacker, join(home, run))
        }
      })
      await take({ do: 'fork' })
      for (let step = 0; step < 20; step++) {
        await take({ do: 'log', count: 5 })
        await sleep(50)
      }
      assert.equal((await end()).code, 0)
      assert.ok(!fs.existsSync(marker), 'code of the attacker was loaded')
      assert.deepEqual(fs.readdirSync(shared), [])
      assert.match(
        notices().join('\n'),
        /^logshare: runtime directory [^\n]*; using [^\n]*\(LOGSHARE_WARN_FAILED_OPEN\)$/,
      )
      assertDelivered(readLog(log), { root: 105, 'fork#1': 105, 'fork#2': 100 })
    })
  }
}
