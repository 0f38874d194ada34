'use strict'
// The debug adapter: namespaces become logger names, for every version and copy of the library.

const assert = require('node:assert/strict')
const { cpSync, mkdirSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { run, scratch, readLog, FIXTURES, ROOT } = require('../../helpers/run')

const ENABLED = { DEBUG: 'app:*,-app:silent' }

for (const version of ['debug2', 'debug3', 'debug']) {
  for (const kind of ['worker', 'fork']) {
    it(`${version} in a ${kind} becomes records`, async (t) => {
      const { program, path } = prepare(t, version)
      const config = { handlers: [{ type: 'file', path }] }
      const { stdout, stderr } = await run(program, { args: [kind], env: ENABLED, config })
      const bare = await run(program, { args: [kind], env: ENABLED, way: 'none' })
      assert.deepEqual(
        [neutral(stdout), neutral(stderr)],
        [neutral(bare.stdout), neutral(bare.stderr)],
      )
      const records = readLog(path)
      assertDelivered(records, { [`${kind}#1`]: 5 })
      const seen = records.map(({ level, name, msg, lib }) => [
        level,
        name,
        msg.split('\n')[0],
        lib,
      ])
      assert.deepEqual(seen, [
        [20, 'app:db', 'query select took 12 ms', 'debug'],
        [20, 'app:db', 'object { a: 1 }', 'debug'],
        [20, 'app:db', 'Error: broken', 'debug'],
        [20, 'app:own', 'through its own log', 'debug'],
        [20, 'app:own', 'and again', 'debug'],
      ])
    })
  }

  it(`${version}: with a console handler, each record is shown once`, async (t) => {
    const { program } = prepare(t, version)
    const config = { handlers: [{ type: 'console', format: 'raw' }] }
    const env = { ...ENABLED, ROOT_DEBUG: '1' }
    const { stdout, stderr } = await run(program, { args: ['fork'], env, config })
    assert.equal(stderr, '')
    for (const text of ['from the root', 'query select took 12 ms', 'and again'])
      assert.equal(stdout.split(text).length, 2, text)
  })
}

for (const version of ['debug2', 'debug3', 'debug']) {
  for (const kind of ['worker', 'fork']) {
    it(`${version}: namespaces that the root enables while a ${kind} runs are enabled there`, async (t) => {
      const { directory, path } = prepare(t, version)
      const { code, stdout } = await run(join(directory, 'debug-live.js'), {
        args: [kind],
        config: { adapters: ['debug'], handlers: [{ type: 'file', path }] },
      })
      assert.equal(code, 0)
      const of = (/** @type {string} */ child) => {
        return stdout.split('\n').filter((line) => line.startsWith(child))
      }
      // Version 2 decides when a logger is created.
      const other = version === 'debug2' ? 'app:first,app:last,app:other' : 'app:last,app:other'
      const last = version === 'debug2' ? 'app:first,app:last' : 'app:last'
      assert.deepEqual(of('first'), [
        'first app:first',
        `first ${other}`,
        'first nothing',
        `first ${last}`,
      ])
      assert.deepEqual(of('second'), ['second child:own'])
      const logged = readLog(path).map(({ source, name }) => `${source} ${name}`)
      assert.deepEqual(logged.sort(), [`${kind}#1 app:last`, `${kind}#2 child:own`])
    })
  }
}

it('without a handler, a child prints as without logshare', async (t) => {
  const { program } = prepare(t, 'debug')
  for (const kind of ['worker', 'fork']) {
    const bare = await run(program, { args: [kind], env: ENABLED, way: 'none' })
    const { stderr } = await run(program, { args: [kind], env: ENABLED })
    assert.equal(neutral(stderr), neutral(bare.stderr))
  }
})

it('an imported debug becomes records', async (t) => {
  const { directory, path } = prepare(t, 'debug')
  const config = { handlers: [{ type: 'file', path }] }
  await run(join(directory, 'debug-user.mjs'), { env: ENABLED, config })
  assert.deepEqual(
    readLog(path).map(({ source, name, msg }) => [source, name, msg]),
    [['worker#1', 'app:esm', 'imported']],
  )
})

it('a level for a namespace limits what DEBUG has enabled', async (t) => {
  const { program, path } = prepare(t, 'debug')
  const config = { levels: { 'app:db': 'info' }, handlers: [{ type: 'file', path }] }
  await run(program, { args: ['fork'], env: ENABLED, config })
  assert.deepEqual([...new Set(readLog(path).map(({ name }) => name))], ['app:own'])
})

/** Without times, time differences and stack frames. @param {string} text */
function neutral(text) {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, 'TIME')
    .replace(/\+\d+ms/g, '+0ms')
    .replace(/^.*\bat .*:\d+:\d+\)?\n/gm, '')
}

// A directory with the program and one version of debug under its published name.
function prepare(t, version) {
  const directory = scratch(t)
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  cpSync(join(ROOT, 'node_modules', version), join(modules, 'debug'), { recursive: true })
  const nested = join(ROOT, 'node_modules', version, 'node_modules/ms')
  const ms = version === 'debug2' ? nested : join(ROOT, 'node_modules/ms')
  if (version !== 'debug2') symlinkSync(ms, join(modules, 'ms'))
  for (const file of ['debug-user.js', 'debug-user.mjs', 'debug-live.js']) {
    cpSync(join(FIXTURES, 'adapters', file), join(directory, file))
  }
  return { directory, program: join(directory, 'debug-user.js'), path: join(directory, 'app.log') }
}
