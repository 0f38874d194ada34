'use strict'
// The runtime directory of a running application: shared by containers, cleaned by a tmp cleaner, removed by a logout.

const assert = require('node:assert/strict')
const { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { startAttacked } = require('../helpers/attacked')
const { until } = require('../helpers/orphans')
const { readLog, scratch } = require('../helpers/run')

/** @param {string} path @param {string} name */
const count = (path, name) => readLog(path).filter((record) => record.name === name).length

it('containers that share a temporary directory leave each other alone', async (t) => {
  const folder = scratch(t)
  const space = ['unshare', '-p', '-f', '--mount-proc']
  const env = { XDG_RUNTIME_DIR: folder }
  const start = (/** @type {string} */ name) =>
    startAttacked(t, {
      config: { handlers: [{ type: 'file', path: join(folder, name), rotate: { size: '1g' } }] },
      env,
      prefix: space,
    })
  const first = start('first.log')
  await first.take('child')
  // Long enough for the first one to have many process ids that the second one has not.
  for (let nth = 0; nth < 3; nth++) await first.take('child')
  const place = join(folder, 'logshare-0')
  const [directory] = readdirSync(place)
  const second = start('second.log')
  await second.take('child')
  assert.ok(readdirSync(place).includes(String(directory)), 'it lives')
  assert.equal(readdirSync(place).length, 2)
  await first.take('child')
  assert.deepEqual([await first.end(), await second.end()], [0, 0])
  assert.deepEqual([first.notices(), second.notices()], [[], []])
  assert.deepEqual(
    [count(join(folder, 'first.log'), 'child'), count(join(folder, 'second.log'), 'child')],
    [5, 1],
  )
  assert.deepEqual(readdirSync(place), [])
})

it('only one container rotates a file', async (t) => {
  const folder = scratch(t)
  const config = {
    handlers: [{ type: 'file', path: join(folder, 'app.log'), rotate: { size: '1g' } }],
  }
  const options = {
    config,
    env: { XDG_RUNTIME_DIR: folder },
    prefix: ['unshare', '-p', '-f', '--mount-proc'],
  }
  const first = startAttacked(t, options)
  await first.take('child')
  const second = startAttacked(t, options)
  await second.take('child')
  assert.match(second.notices().join('\n'), /already rotates this file/)
  assert.deepEqual([await first.end(), await second.end()], [0, 0])
  assert.equal(count(join(folder, 'app.log'), 'child'), 2)
})

/** What a cleaner removes. @type {Record<string, RegExp>} */
const CLEANED = {
  'config.json': /^config\.json$/,
  'the lock': /\.lock$/,
  'the doorbell': /^bell\.sock$/,
  'queue files': /\.q$/,
  everything: /./,
}

for (const [what, pattern] of Object.entries(CLEANED)) {
  it(`a cleaner that removes ${what}`, async (t) => {
    const folder = scratch(t)
    const path = join(folder, 'app.log')
    const app = startAttacked(t, {
      config: { handlers: [{ type: 'file', path }] },
      env: { XDG_RUNTIME_DIR: folder },
    })
    await app.take('living')
    await app.take('log 10')
    await app.take('child')
    await until(() => count(path, 'living') === 10 && count(path, 'child') === 1, 'the first ones')
    const place = join(folder, 'logshare-0')
    const directory = join(place, String(readdirSync(place)[0]))
    for (const name of readdirSync(directory)) if (pattern.test(name)) rmSync(join(directory, name))
    if (what === 'everything') rmSync(place, { recursive: true })
    await app.take('child')
    await app.take('log 2000') // more than a segment of the queue
    await app.take('child')
    assert.equal(await app.end(), 0)
    assert.deepEqual([count(path, 'child'), count(path, 'living')], [3, 2010])
    assert.ok(app.notices().length <= 1, app.notices().join('\n'))
    assert.deepEqual(readdirSync(place), [])
  })
}

it('a logout that removes XDG_RUNTIME_DIR: later children are in the log', async (t) => {
  const folder = scratch(t)
  chmodSync(folder, 0o755)
  const [runtime, tmp] = [join(folder, 'user'), join(folder, 'tmp')]
  for (const each of [join(runtime, '1000'), tmp]) mkdirSync(each, { recursive: true, mode: 0o700 })
  const path = join(folder, 'app.log')
  const app = startAttacked(t, {
    config: { handlers: [{ type: 'file', path }] },
    env: { XDG_RUNTIME_DIR: join(runtime, '1000'), TMPDIR: tmp },
  })
  await app.take('living')
  await app.take('log 10')
  await app.take('child')
  await until(() => count(path, 'living') === 10 && count(path, 'child') === 1, 'the first ones')
  // As for a user who may not make it again: in its place is something that is no directory.
  rmSync(runtime, { recursive: true })
  writeFileSync(runtime, '')
  await app.take('child')
  await app.take('log 10')
  await app.take('child')
  await until(() => count(path, 'living') === 20, 'records of the running child')
  assert.equal(await app.end(), 0)
  assert.equal(count(path, 'child'), 3)
  assert.ok(app.notices().length <= 2, app.notices().join('\n'))
  assert.deepEqual(readdirSync(join(tmp, 'logshare-0')), [])
})

it('reopen() in a child reaches the log file of the root', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  const app = startAttacked(t, { config, env: { XDG_RUNTIME_DIR: folder } })
  await app.take('child')
  await app.take('flush')
  renameSync(path, `${path}.1`)
  await app.take('child-reopen')
  assert.equal(await app.end(), 0)
  assert.deepEqual([count(`${path}.1`, 'child'), count(path, 'child')], [1, 1])
})
