'use strict'
// The documentation is true: its links lead somewhere, its configurations and examples run, and it names every option,
// variable, flag and code there is, and no other.

const { describe, it } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } = require('node:fs')
const { dirname, join, relative, resolve } = require('node:path')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { loadSettings } = require('../../dist/config/config.js')
const { checkOptions } = require('../../dist/config/options.js')
const { EXEMPT, prepare, runScript, runShell, startApplication } = require('../helpers/examples.js')
const { codeIn, readPage } = require('../helpers/markdown.js')
const { handlerOptions, inputOptions, optionValues, topOptions } = require('../helpers/options.js')
const { ROOT, cleanEnv, scratch } = require('../helpers/run.js')

const DOCS = join(ROOT, 'docs')
const README = join(ROOT, 'README.md')
const NAMES = readdirSync(DOCS).filter((name) => name.endsWith('.md'))
const PAGES = [README, ...NAMES.map((name) => join(DOCS, name))].map(readPage)
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const LANGUAGES = ['js', 'sh', 'json', 'text']
const COMMAND = join(ROOT, 'dist/cli/main.js')

const all = PAGES.map(({ text }) => text).join('\n')
const docs = PAGES.slice(1)
const named = new Set(docs.flatMap(({ text, anchors }) => [...codeIn(text), ...anchors]))
const compiled = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && !name.startsWith('vendor'))
  .map((name) => readFileSync(join(ROOT, 'dist', name), 'utf8'))
  .join('\n')

describe('pages', () => {
  it('README.md has at most 200 lines', () => {
    const { text } = PAGES[0]
    assert.ok(text.trimEnd().split('\n').length <= 200, `${text.split('\n').length - 1} lines`)
  })

  for (const page of [
    ...PAGES,
    readPage(join(ROOT, 'CHANGELOG.md')),
    readPage(join(ROOT, 'examples/README.md')),
  ]) {
    const name = relative(ROOT, page.path)

    it(`${name}: every link leads to a file and a heading`, () => {
      const broken = page.links.filter((link) => !leadsSomewhere(page, link))
      assert.deepEqual(broken, [])
    })

    it(`${name}: every block of code is of a language that is checked`, () => {
      const fences = page.text.match(/^```/gm)?.length ?? 0
      assert.equal(fences, page.blocks.length * 2)
      const others = page.blocks.filter(({ language }) => !LANGUAGES.includes(language))
      assert.deepEqual(others, [])
    })

    for (const { code, line } of page.blocks.filter(({ language }) => language === 'json')) {
      it(`${name}:${line}: the JSON is records or a configuration`, () => {
        if (isRecords(code)) return
        loadSettings(undefined, ADAPTER_NAMES, { LOGSHARE_CONFIG: code })
      })
    }
  }

  it('every script that is named exists, and every package that is installed is known', () => {
    const scripts = [...all.matchAll(/npm run ([\w:]+)/g)].map((found) => found[1])
    assert.deepEqual(
      scripts.filter((script) => !(script in MANIFEST.scripts)),
      [],
    )
    const { devDependencies, peerDependencies } = MANIFEST
    const known = ['logshare', ...Object.keys({ ...devDependencies, ...peerDependencies })]
    const lines = [...all.matchAll(/^npm install (.+)$/gm)].map((found) => found[1])
    assert.ok(lines.length > 0)
    for (const name of lines.flatMap((line) => line.split(' ')))
      assert.ok(known.includes(name), name)
  })

  it('src/README.md: every file that is named exists under src/', () => {
    const { text } = readPage(join(ROOT, 'src/README.md'))
    const paths = new Set(codeIn(text).filter((code) => /^[\w./-]+\.ts$/.test(code)))
    assert.ok(paths.size > 50)
    const adapters = readdirSync(join(ROOT, 'src/adapters')).map((name) => `adapters/${name}`)
    const missing = [...paths].filter((path) => {
      // A name alone is a file beside this page or of an adapter.
      const folders = path.includes('/') ? [''] : ['', ...adapters]
      return !folders.some((folder) => existsSync(join(ROOT, 'src', folder, path)))
    })
    assert.deepEqual(missing, [])
  })

  it('every command that is not run is named by a page', () => {
    const lines = PAGES.flatMap(({ blocks }) => blocks).flatMap(({ code }) => code.split(/\n| && /))
    const unused = EXEMPT.filter(({ command }) => !lines.some((line) => command.test(line)))
    assert.deepEqual(unused, [])
  })
})

describe('examples run', { concurrency: 2, timeout: 60_000 }, () => {
  for (const page of PAGES) {
    const blocks = page.blocks.filter(({ language }) => language === 'js' || language === 'sh')
    if (blocks.length === 0) continue

    it(relative(ROOT, page.path), async (t) => {
      const base = scratch(t)
      const folder = join(base, 'page')
      mkdirSync(folder)
      symlinkSync(join(ROOT, 'node_modules'), join(base, 'node_modules'))
      prepare(folder, page)
      const isAsking = blocks.some(({ code }) => /logshare (ps|reopen)/.test(code))
      const stop = isAsking ? await startApplication(folder) : undefined
      try {
        for (const block of blocks) await runBlock(folder, block, page)
      } finally {
        await stop?.()
      }
      if (page.path === README) checkShown(folder, page)
      if (page.text.includes('logshare collect --prepare')) checkCollected(folder)
    })
  }
})

describe('names', () => {
  it('of options, with type, default and meaning', () => {
    const filters = handlerOptions().get('relay') ?? new Set()
    assert.ok(filters.size > 0)
    const expected = new Map([
      ['configuration.md#options', topOptions()],
      ['handlers.md#filters', filters],
    ])
    for (const [type, options] of handlerOptions()) {
      const own = new Set([...options].filter((option) => !filters.has(option)))
      if (own.size > 0) expected.set(`handlers.md#${type}`, own)
      assert.ok(pageOf('handlers.md').anchors.has(type), `no section for ${type}`)
    }
    for (const [type, options] of inputOptions()) expected.set(`commands.md#${type}`, options)
    const documented = tablesBy('option')
    assert.deepEqual(sorted([...documented.keys()]), sorted([...expected.keys()]))
    for (const [section, options] of expected) {
      const rows = documented.get(section) ?? []
      const cells = rows.map(([first]) => codeIn(first)[0])
      assert.deepEqual(sorted(cells), sorted([...options]), section)
      for (const row of rows) assert.ok(row.length === 4 && row.every(Boolean), `${section} ${row}`)
    }
  })

  it('of options, with the defaults they have', () => {
    const given = {}
    for (const [name, , fallback] of tablesBy('option').get('configuration.md#options') ?? []) {
      const [code] = codeIn(fallback)
      if (code === undefined) continue
      const [option, member] = codeIn(name)[0].split('.')
      const value = JSON.parse(code)
      given[option] = member ? { ...given[option], [member]: value } : value
    }
    assert.ok(Object.keys(given).length > 4)
    assert.deepEqual(checkOptions(given, ADAPTER_NAMES), checkOptions({}, ADAPTER_NAMES))
  })

  it('of the values of options', () => {
    const missing = [...optionValues()].filter((value) => {
      return !named.has(value) && !named.has(`"${value}"`)
    })
    assert.deepEqual(missing, [])
  })

  it('of environment variables', () => {
    // Read by Node.js for the console handler; where every system looks for programs.
    const ofNode = ['NO_COLOR', 'NODE_DISABLE_COLORS', 'TERM', 'PATH']
    const found = [
      ...compiled.matchAll(/\benv\.([A-Z][A-Z_]+)/g),
      ...compiled.matchAll(/\b(LOGSHARE_(?!ERR_|WARN_)[A-Z]+)\b/g),
    ]
    const read = new Set(found.map((each) => each[1]))
    assert.ok(read.has('LOGSHARE_CONFIG') && read.has('XDG_RUNTIME_DIR'))
    assert.deepEqual(
      [...read].filter((name) => !named.has(name) && !ofNode.includes(name)),
      [],
    )
    const rows = [...tablesBy('variable').values()].flat()
    const documented = rows.flatMap(([first]) => codeIn(first))
    assert.ok(documented.length > 0)
    assert.deepEqual(
      documented.filter((name) => !read.has(name) && !ofNode.includes(name)),
      [],
    )
  })

  it('of commands, their flags and arguments', () => {
    const commands = [...help().matchAll(/^ {2}(\w+) \[?[^\n]*$/gm)].map((found) => found[1])
    const subcommands = commands.filter((name) => name !== 'help')
    assert.ok(subcommands.includes('run'))
    const page = pageOf('commands.md')
    const sections = [...page.anchors].filter((anchor) => anchor.startsWith('logshare-'))
    assert.deepEqual(sorted(sections), sorted(subcommands.map((name) => `logshare-${name}`)))
    for (const name of subcommands) {
      const text = help(name)
      const flags = [...text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((found) => found[1])
      const args = [...(/^Usage: (.*)$/m.exec(text)?.[1] ?? '').matchAll(/[<[][\w.]+[>\]]/g)]
      const expected = [...flags.filter((flag) => flag !== '--help'), ...args.map(String)]
      const table = page.tables.find(({ anchor, head }) => {
        return anchor === `logshare-${name}` && /argument|flag/.test(head[0])
      })
      const rows = (table?.rows ?? []).map(([first]) => codeIn(first).at(-1)?.replace(/ .*/, ''))
      const ours = expected.filter((each) => each !== '[options]')
      assert.deepEqual(sorted(rows.map(String)), sorted(ours), name)
    }
  })

  it('of errors and warnings', () => {
    const codes = new Set(compiled.match(/\bLOGSHARE_(?:ERR|WARN)_[A-Z_]*[A-Z]\b/g))
    assert.ok(codes.size > 5)
    const headings = [...pageOf('errors.md').anchors].filter((anchor) => /^logshare_/.test(anchor))
    assert.deepEqual(sorted(headings.map((each) => each.toUpperCase())), sorted([...codes]))
  })

  it('of adapters', () => {
    const rows = [...tablesBy('adapter').values()].flat()
    const names = rows.map(([first]) => codeIn(first)[0])
    assert.deepEqual(sorted(names), sorted([...ADAPTER_NAMES]))
  })
})

/** @param {import('../helpers/markdown.js').Page} page @param {string} link */
function leadsSomewhere(page, link) {
  if (/^[a-z]+:/.test(link)) return true
  const [file, anchor] = link.split('#')
  const path = file === '' ? page.path : resolve(dirname(page.path), file)
  if (!existsSync(path)) return false
  return anchor === undefined || readPage(path).anchors.has(anchor)
}

/** @param {string} code */
function isRecords(code) {
  return code
    .trimEnd()
    .split('\n')
    .every((line) => /^\{"level":\d+,"time":[\d.]+,"pid":/.test(line) && JSON.parse(line).seq > 0)
}

async function runBlock(folder, { language, code, line }, page) {
  const result = await (language === 'js' ? runScript(folder, code) : runShell(folder, code))
  const where = `${relative(ROOT, page.path)}:${line}`
  const output = `${where}\n${code}\n${result.stdout}${result.stderr}`
  assert.equal(result.code, 0, output)
  assert.doesNotMatch(result.stderr, /LOGSHARE_(?:ERR|WARN)/, output)
  for (const [, expected] of code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)) {
    assert.ok(result.stdout.includes(expected), `${expected} expected in ${output}`)
  }
}

/** The log that the README shows is the one its program makes, but for times, ids and the order of two children. */
function checkShown(folder, page) {
  const log = join(folder, 'app.log')
  const pretty = execFileSync(process.execPath, [COMMAND, 'merge', '--format', 'pretty', log])
  const shown = page.blocks.find(({ code }) => /^\d\d:\d\d:\d\d/.test(code))?.code ?? ''
  const withoutTime = (text) =>
    sorted(
      text
        .trimEnd()
        .replace(/^[\d:.]+/gm, '')
        .split('\n'),
    )
  assert.deepEqual(withoutTime(String(pretty)), withoutTime(shown))
  const made = withoutIds(readFileSync(log, 'utf8'))
  const json = page.blocks.find(({ language, code }) => language === 'json' && isRecords(code))
  for (const line of withoutIds(json?.code ?? '')) assert.ok(made.includes(line), line)
}

/** @param {string} text */
function withoutIds(text) {
  return text
    .trimEnd()
    .replace(/"time":[\d.]+,"pid":\d+/g, '')
    .split('\n')
}

function checkCollected(folder) {
  assert.match(readFileSync(join(folder, 'all.log'), 'utf8'), /"source":"app#\d+\/fork#1"/)
}

/** The rows of tables whose first column has a name, by page and heading. @returns {Map<string, string[][]>} */
function tablesBy(first) {
  const found = new Map()
  for (const { path, tables } of docs) {
    for (const { anchor, head, rows } of tables) {
      if (head[0] === first) found.set(`${relative(DOCS, path)}#${anchor}`, rows)
    }
  }
  return found
}

/** @param {string} name */
function pageOf(name) {
  const page = docs.find(({ path }) => path === join(DOCS, name))
  assert.ok(page, name)
  return page
}

/** @param {string[]} args */
function help(...args) {
  return execFileSync(process.execPath, [COMMAND, ...args, '--help'], {
    encoding: 'utf8',
    env: cleanEnv(),
  })
}

/** @param {string[]} texts */
function sorted(texts) {
  return [...texts].sort()
}
