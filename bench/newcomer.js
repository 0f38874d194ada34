'use strict'
// The newcomer's path with a stopwatch: from an empty folder to a rotated log and its page, by the commands of
// docs/start.md. Prints each step's command, its seconds, and the words one has to know for it.
//
//   node bench/newcomer.js
//
// The package is packed before the clock runs, and npm begins with an empty cache. Exits with 1 if a step fails, or if all of
// them, typing included, take three minutes.

const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { readPage } = require('../test/helpers/markdown.js')
const { cleanEnv, killGroup, ROOT } = require('../test/helpers/run.js')

/** Seconds for one character, as most people type: 200 in a minute. What is pasted takes as long as ten. */
const CHARACTER = 0.3
const PASTE = 10 * CHARACTER
const LIMIT = 180

const folder = fs.mkdtempSync(join(tmpdir(), 'logshare-newcomer-'))
const project = join(folder, 'project')
const env = cleanEnv({
  npm_config_cache: join(folder, 'cache'),
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
  TMPDIR: folder,
  XDG_RUNTIME_DIR: '',
  FORCE_COLOR: '0',
})

/**
 * @typedef {object} Step
 * @property {string} what
 * @property {string} command as it is typed
 * @property {string} words one has to know
 * @property {boolean} [isOptional] whether an older logshare may not have it
 * @property {() => number} [before] what is done by hand; returns its seconds
 * @property {(printed: string) => void} [check]
 */

/** @type {readonly Step[]} */
const STEPS = [
  { what: 'a project', command: 'npm init -y', words: 'npm' },
  {
    what: 'install',
    command: 'npm install logshare pino',
    words: 'package',
  },
  {
    what: 'two files, pasted from the README; a first run',
    command: 'npx logshare run --file app.log app.js',
    words: '`run`, `--file`',
    before: pasteApplication,
    check: (printed) => assert.match(printed, /"name":"invoices"/),
  },
  {
    what: 'the merged log on the terminal',
    command: 'npx logshare merge --format pretty app.log',
    words: '`merge`, `--format`',
    check(printed) {
      for (const source of ['root', 'worker#1', 'fork#1'])
        assert.ok(printed.includes(`(${source})`), printed)
      assert.equal(printed.trimEnd().split('\n').length, 7)
    },
  },
  {
    what: 'a configuration',
    command: 'npx logshare init --yes',
    words: '`init`',
    check: (printed) => assert.match(printed, /Written: logshare\.config\.jsonc/),
  },
  {
    what: 'rotation: in it, `"size": "100m"` becomes `"1k"`; two runs',
    command: 'node -r logshare/register app.js && node -r logshare/register app.js',
    words: '`-r logshare/register`, `rotate`, `size`',
    before: setSize,
    check: checkRotated,
  },
  {
    what: 'the page',
    command: 'npx logshare view logs/app.log',
    words: '`view`',
    isOptional: true,
    check: (printed) => assert.match(printed, /http:\/\/(127\.0\.0\.1|localhost):\d+/),
  },
]

main()

async function main() {
  fs.mkdirSync(project)
  const archive = pack()
  let [machine, person] = [0, 0]
  console.log(`node ${process.version}, npm ${version('npm')}\n`)
  console.log('| step | command | runs | typed | words to know |\n|---|---|--:|--:|---|')
  try {
    for (const step of STEPS) {
      const typed = step.command.length * CHARACTER + (step.before?.() ?? 0)
      if (step.isOptional && !hasCommand('view')) {
        console.log(`| ${step.what} | \`${step.command}\` | – | – | ${step.words} |`)
        continue
      }
      const took = await time(step, archive)
      machine += took
      person += typed
      const cells = [step.what, `\`${step.command}\``, seconds(took), seconds(typed), step.words]
      console.log(`| ${cells.join(' | ')} |`)
    }
    const all = [seconds(machine), seconds(person), seconds(machine + person)]
    console.log(`| together | | ${all[0]} | ${all[1]} | **${all[2]}** |`)
    assert.ok(machine + person < LIMIT, `it takes ${LIMIT} s`)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Runs a step's command as a shell does. A server counts as done when it has printed its address. @param {Step} step */
async function time({ command, check }, archive) {
  const began = process.hrtime.bigint()
  const real = command.replace('install logshare', `install "${archive}"`)
  const child = spawn('sh', ['-c', real], { cwd: project, env, detached: true, stdio: 'pipe' })
  let printed = ''
  const isServer = command.includes(' view ')
  const code = await new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        printed += text
        if (isServer && printed.includes('http://')) resolve(0)
      })
    }
    child.on('close', resolve)
  })
  const took = Number(process.hrtime.bigint() - began) / 1e9
  killGroup(child)
  assert.equal(code, 0, `${command}\n${printed}`)
  assert.doesNotMatch(printed, /LOGSHARE_/, command)
  check?.(printed)
  return took
}

function pack() {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, env, encoding: 'utf8' }))
  return join(folder, filename)
}

/** The README's `app.js` and `job.js`. */
function pasteApplication() {
  const { blocks } = readPage(join(ROOT, 'README.md'))
  const files = [...(blocks[0]?.code ?? '').matchAll(/^cat > (\S+) <<'end'\n([\s\S]*?)^end$/gm)]
  assert.equal(files.length, 2)
  for (const [, file, text] of files) fs.writeFileSync(join(project, file), text)
  return files.reduce((sum, [, file]) => sum + PASTE + file.length * CHARACTER, 0)
}

function setSize() {
  const file = join(project, 'logshare.config.jsonc')
  const text = fs.readFileSync(file, 'utf8')
  const changed = text.replace('"size": "100m"', '"size": "1k"')
  assert.notEqual(changed, text)
  fs.writeFileSync(file, changed)
  // Opening the file, finding the place, typing.
  return 10
}

function checkRotated() {
  const files = fs.readdirSync(join(project, 'logs')).filter((file) => /^app\..*log/.test(file))
  assert.ok(files.length > 1, files.join(' '))
}

/** @param {string} name */
function hasCommand(name) {
  const args = ['--no-install', 'logshare', '--help']
  const help = execFileSync('npx', args, { cwd: project, env, encoding: 'utf8' })
  return new RegExp(`^ +${name}\\b`, 'm').test(help)
}

/** @param {string} program */
function version(program) {
  return String(execFileSync(program, ['--version'], { env })).trim()
}

/** @param {number} time */
function seconds(time) {
  return `${time.toFixed(1)} s`
}
