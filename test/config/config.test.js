'use strict'
// Config: the sources of options, their precedence, and what happens to a program with wrong options.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { loadSettings } = require('../../dist/config/config.js')
const { readLog, run, scratch } = require('../helpers/run.js')

/** @param {unknown} config @param {unknown} [given] @param {object} [env] */
function load(config, given, env = {}) {
  const LOGSHARE_CONFIG = typeof config === 'string' ? config : JSON.stringify(config)
  return loadSettings(given, ADAPTER_NAMES, { LOGSHARE_CONFIG, ...env })
}

test('without options, and with empty variables, the defaults are used', () => {
  const settings = loadSettings(undefined, ADAPTER_NAMES, {})
  assert.equal(settings.level, 'info')
  assert.deepEqual(
    loadSettings({}, ADAPTER_NAMES, { LOGSHARE_CONFIG: '', LOGSHARE_LEVEL: '' }),
    settings,
  )
})

test('LOGSHARE_CONFIG is inline JSON or the path of a .json, .js or .cjs file', (t) => {
  const directory = scratch(t)
  /** @type {[string, string][]} */
  const files = [
    ['a.json', '{ "level": "warn" }'],
    ['b.js', "module.exports = { level: 'warn' }"],
    ['c.cjs', "exports.level = 'warn'"],
    ['d.cjs', "exports.default = { level: 'warn' }"],
  ]
  for (const [name, text] of files) {
    writeFileSync(join(directory, name), text)
    assert.equal(load(join(directory, name)).level, 'warn', name)
  }
  assert.equal(load(' \n{ "level": "warn" }').level, 'warn')
})

test('a .jsonc file may have comments and trailing commas, and mistakes keep their lines', (t) => {
  const path = join(scratch(t), 'a.jsonc')
  const text = `// first
{
  /* several
     lines, with "quotes" and { */
  "level": "warn", // a comma follows: ,
  "levels": { "a//b": "debug", "/*": "error", },
  "fields": { "url": "https://x/ ,}", },
  "redact": ["a",],
}
`
  for (const each of [text, `\uFEFF${text}`, text.replaceAll('\n', '\r\n')]) {
    writeFileSync(path, each)
    const { level, levels, fields, redact } = load(path)
    assert.deepEqual(
      { level, levels, fields, redact },
      {
        level: 'warn',
        levels: { 'a//b': 'debug', '/*': 'error' },
        fields: { url: 'https://x/ ,}' },
        redact: ['a'],
      },
    )
  }
  for (const [from, to, message] of /** @type {[string, string, string][]} */ ([
    ['"redact": ["a",]', '"redcat": ["a",]', `${path}:8: redcat: unknown option`],
    ['"error",', '"eror",', `${path}:6: levels['/*']: expected `],
    ['"redact": ["a",]', '"redact": "a" "b"', `${path}:8: invalid JSON: `],
  ])) {
    writeFileSync(path, text.replace(from, to))
    assert.throws(
      () => load(path),
      (/** @type {Error} */ error) => {
        assert.ok(error.message.startsWith(message), error.message)
        return true
      },
    )
  }
})

test('a comment in a .json file: the error says which files may have one', (t) => {
  const path = join(scratch(t), 'a.json')
  const remedy = '; comments and trailing commas need a .jsonc file'
  for (const [text, isComment] of /** @type {[string, boolean][]} */ ([
    ['{\n  // no\n  "level": "warn"\n}', true],
    ['{ "level": "warn", }', true],
    ['{ "level": "//" "warn" }', false],
    ['{ level: 1, }', false],
  ])) {
    writeFileSync(path, text)
    assert.throws(
      () => load(path),
      (/** @type {Error} */ error) => {
        assert.equal(error.message.endsWith(remedy), isComment, error.message)
        return true
      },
    )
  }
})

test('a relative path is resolved against the current directory', (t) => {
  const directory = scratch(t)
  const before = process.cwd()
  writeFileSync(
    join(directory, 'log.json'),
    '{"level":"warn","handlers":[{"type":"file","path":"x.log"}]}',
  )
  process.chdir(directory)
  t.after(() => process.chdir(before))
  const { level, handlers } = load('log.json')
  assert.equal(level, 'warn')
  assert.deepEqual(handlers, [{ type: 'file', path: join(process.cwd(), 'x.log'), format: 'json' }])
})

test('a top-level option in code overrides LOGSHARE_CONFIG, and LOGSHARE_LEVEL overrides both', () => {
  const config = { level: 'warn', levels: { a: 'warn' }, overflow: { limit: 1, wait: 1 } }
  const given = { level: 'error', overflow: { limit: 2 } }
  const settings = load(config, given)
  assert.equal(settings.level, 'error')
  assert.deepEqual(settings.levels, { a: 'warn' })
  assert.deepEqual(settings.overflow, { policy: 'block', limit: 2, wait: 5000 })
  assert.equal(load(config, given, { LOGSHARE_LEVEL: 'trace' }).level, 'trace')
  assert.equal(load(config, {}).level, 'warn')
})

/** @type {[string, RegExp][]} */
const BROKEN = [
  ['missing.json', /^LOGSHARE_CONFIG: ENOENT: .*missing\.json/],
  ['directory.json', /^LOGSHARE_CONFIG: EISDIR/],
  ['broken.json', /broken\.json:3: invalid JSON: /],
  ['missing.cjs', /missing\.cjs: Cannot find module/],
  ['throws.js', /throws\.js: the reason$/],
  ['broken.cjs', /broken\.cjs: /],
  ['null.cjs', /null\.cjs: /],
  [
    'wrong.yaml',
    /^LOGSHARE_CONFIG: expected the path of a \.json, \.jsonc, \.js, \.cjs, \.mjs or \.ts file, or JSON that begins with \{, got '.*wrong\.yaml'$/,
  ],
  ['none', /^LOGSHARE_CONFIG: expected the path of /],
]

test('a configuration that cannot be read: the error names file and reason in one line', (t) => {
  const directory = scratch(t)
  mkdirSync(join(directory, 'directory.json'))
  writeFileSync(join(directory, 'broken.json'), '{\n  "level": "warn",\n}\n')
  writeFileSync(join(directory, 'throws.js'), "throw new Error('the reason')")
  writeFileSync(join(directory, 'broken.cjs'), '{\n{\n')
  writeFileSync(join(directory, 'null.cjs'), 'module.exports = null')
  writeFileSync(join(directory, 'wrong.yaml'), 'level: warn')
  for (const [name, message] of BROKEN) {
    assert.throws(
      () => load(join(directory, name)),
      (/** @type {any} */ error) => {
        assert.equal(error.code, 'LOGSHARE_ERR_CONFIG')
        assert.match(error.message, message)
        assert.ok(!error.message.includes('\n'), error.message)
        return true
      },
      name,
    )
  }
  assert.throws(() => load('{\n broken\n}'), {
    code: 'LOGSHARE_ERR_CONFIG',
    message: /^LOGSHARE_CONFIG: invalid JSON: .+$/,
  })
})

test('the error names the source that has the wrong option', () => {
  const wrong = /** @type {const} */ ({ code: 'LOGSHARE_ERR_OPTION' })
  assert.throws(() => load({ lvl: 1 }), {
    ...wrong,
    message: /^LOGSHARE_CONFIG: lvl: unknown option/,
  })
  assert.throws(() => load({}, { lvl: 1 }), { ...wrong, message: /^lvl: unknown option/ })
  assert.throws(() => load({}, null), {
    ...wrong,
    message: 'options: expected an object, got null',
  })
  assert.throws(() => load({}, {}, { LOGSHARE_LEVEL: 'loud' }), {
    ...wrong,
    message: /^LOGSHARE_LEVEL: level: expected one of .* got 'loud' \(string\)$/,
  })
})

/** @type {[string, Record<string, string>, RegExp][]} */
const FATAL = [
  [
    'a wrong option',
    { LOGSHARE_CONFIG: '{"lvl":1}' },
    /lvl: unknown option.* \(LOGSHARE_ERR_OPTION\)$/,
  ],
  [
    'a wrong level',
    { LOGSHARE_LEVEL: 'loud' },
    /LOGSHARE_LEVEL: level: .* \(LOGSHARE_ERR_OPTION\)$/,
  ],
  ['broken JSON', { LOGSHARE_CONFIG: '{\n"a"\n}' }, /invalid JSON: .* \(LOGSHARE_ERR_CONFIG\)$/],
  [
    'a missing .json file',
    { LOGSHARE_CONFIG: '/no/such.json' },
    /ENOENT.* \(LOGSHARE_ERR_CONFIG\)$/,
  ],
  [
    'a missing .js file',
    { LOGSHARE_CONFIG: '/no/such.js' },
    /\/no\/such\.js.* \(LOGSHARE_ERR_CONFIG\)$/,
  ],
  [
    'another extension',
    { LOGSHARE_CONFIG: '/etc/passwd' },
    /expected the path of .* \(LOGSHARE_ERR_CONFIG\)$/,
  ],
  [
    'a log file that cannot be opened',
    { LOGSHARE_CONFIG: '{"handlers":[{"type":"file","path":"/dev/null/x.log"}]}' },
    /file handler: .* \(LOGSHARE_ERR_HANDLER\)$/,
  ],
  [
    'a runtime directory that is no directory',
    { LOGSHARE_DIR: '/dev/null' },
    /\/dev\/null: expected a directory.* \(LOGSHARE_ERR_DIR\)$/,
  ],
]

for (const [name, env, line] of FATAL) {
  test(`under -r, ${name} ends the program before it runs`, async () => {
    for (const way of /** @type {const} */ (['-r', 'NODE_OPTIONS'])) {
      const { code, stdout, stderr } = await run('log-and-print.js', { way, env })
      assert.deepEqual(
        { code, stdout, lines: stderr.split('\n').length },
        { code: 1, stdout: '', lines: 2 },
        stderr,
      )
      assert.match(stderr, /^logshare: /)
      assert.match(stderr.trimEnd(), line)
    }
  })

  test(`install() throws for ${name}`, async () => {
    const { code, stdout } = await run('log-and-print.js', { way: 'install', env })
    const [first, ...rest] = stdout.trimEnd().split('\n')
    const { name: thrown, code: reason } = JSON.parse(first)
    assert.deepEqual([code, thrown], [0, 'LogshareError'])
    assert.match(`(${reason})`, new RegExp(`${line.source.match(/\\\((.*)\\\)/)?.[1]}`))
    assert.equal(rest.at(-1), 'ran')
  })
}

test('without installation, a wrong configuration is reported and the defaults are used', async () => {
  const env = { LOGSHARE_CONFIG: '{"lvl":1}' }
  const { code, stdout, stderr } = await run('log-and-print.js', { way: 'none', env })
  assert.equal(code, 0)
  assert.equal(JSON.parse(stdout.split('\n')[0]).msg, 'hello')
  assert.match(stderr, /^logshare: logging with the defaults: .*lvl: unknown option.*\n$/)
})

test('a child ignores a wrong configuration in its own environment', async (t) => {
  const path = join(scratch(t), 'a.log')
  for (const wrong of [
    { LOGSHARE_CONFIG: '{broken' },
    { LOGSHARE_LEVEL: 'loud' },
    { LOGSHARE_CONFIG: '/no/such' },
  ]) {
    const { code, stdout, stderr } = await run('fork-with-env.js', {
      args: [JSON.stringify(wrong)],
      config: { handlers: [{ type: 'file', path }], adapters: false },
    })
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'ran\nexit 0\n', stderr: '' })
  }
  const records = readLog(path)
  assert.deepEqual(
    records.map(({ source, msg }) => [source, msg]),
    Array(3).fill(['fork#1', 'hello']),
  )
})
