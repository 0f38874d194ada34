'use strict'
// Kept: what V8 has compiled is kept beside the bundles and used by later processes, unless others could have written it.

const assert = require('node:assert/strict')
const { chmodSync, cpSync, readdirSync, readFileSync, statSync, symlinkSync } = require('node:fs')
const { writeFileSync } = require('node:fs')
const { basename, join } = require('node:path')
const { test } = require('node:test')
const { Script } = require('node:vm')
const { ROOT, run, scratch } = require('../helpers/run.js')

test('the first process that runs for a while keeps its compiled code, one for each set of flags', async (t) => {
  const { bundles, start, kept } = copyPackage(t)
  await start({ args: [bundles, '1'] })
  assert.deepEqual(kept().length, 1)
  assert.equal(statSync(kept()[0]).mode & 0o777, 0o644)
  await start({ args: [bundles, '2'], flags: ['--stack-trace-limit=50'] })
  assert.deepEqual(kept().length, 2)
  const before = kept().map((path) => readFileSync(path))
  for (const flags of [[], ['--stack-trace-limit=50']]) await start({ args: [bundles], flags })
  assert.deepEqual(
    kept().map((path) => readFileSync(path)),
    before,
  )
})

test('compiled code that others may have written, or that is cut off, is not used', async (t) => {
  const { bundles, start, kept } = copyPackage(t)
  await start({ args: [bundles, '1'] })
  const [path = ''] = kept()
  const whole = readFileSync(path)
  const { length } = readFileSync(join(bundles, 'preload.js'), 'utf8')
  const text = "process.stdout.write('from the cache');process.exit(0)".padEnd(length)
  writeFileSync(path, new Script(text).createCachedData())
  assert.equal(await start({ args: [bundles] }), 'from the cache')
  for (const mode of [0o664, 0o646]) {
    chmodSync(path, mode)
    assert.equal(await start({ args: [bundles] }), '')
  }
  chmodSync(path, 0o644)
  for (const size of [0, 10, whole.length >> 1, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, size))
    assert.equal(await start({ args: [bundles] }), '')
  }
})

test('a copy of the package does not use what was kept in the first: it would name the files of that', async (t) => {
  const first = copyPackage(t)
  await first.start({ args: [first.bundles, '1'] })
  const second = copyPackage(t)
  for (const path of first.kept()) cpSync(path, join(second.bundles, basename(path)))
  const coverage = scratch(t)
  await second.start({ args: [second.bundles, '2'], env: { NODE_V8_COVERAGE: coverage } })
  const reports = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'))
  assert.ok(reports.some((text) => text.includes(second.bundles)))
  assert.ok(!reports.some((text) => text.includes(first.bundles)))
})

test('nothing is kept with NODE_DISABLE_COMPILE_CACHE', async (t) => {
  const { bundles, start, kept } = copyPackage(t)
  await start({ args: [bundles], env: { NODE_DISABLE_COMPILE_CACHE: '1' } })
  assert.deepEqual(kept(), [])
})

/**
 * A copy of the package that has kept nothing yet.
 * @param {import('node:test').TestContext} t
 */
function copyPackage(t) {
  const path = scratch(t)
  const isBuilt = (/** @type {string} */ file) => !/\.js\.[^/\\]*$/.test(file)
  for (const part of ['dist/bundles', 'dist/preload.js', 'register.js', 'package.json'])
    cpSync(join(ROOT, part), join(path, part), { recursive: true, filter: isBuilt })
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  const bundles = join(path, 'dist/bundles')
  const preload = ['-r', join(path, 'register.js')]
  return {
    bundles,
    kept: () =>
      readdirSync(bundles)
        .filter((name) => name.startsWith('preload.js.'))
        .map((name) => join(bundles, name)),
    start: async (/** @type {{ args: string[], flags?: string[], env?: object }} */ options) => {
      const flags = [...(options.flags ?? []), ...preload]
      const { code, stdout, stderr } = await run('start/kept.js', {
        ...options,
        env: { ...options.env },
        flags,
        way: 'none',
      })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      return stdout
    },
  }
}
