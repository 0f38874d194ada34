'use strict'
// Standard streams that are closed, or whose reading end is closed: the program ends as it would without logshare.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, collect, FIXTURES, REGISTER, scratch } = require('../../helpers/run.js')

const PROGRAM = join(FIXTURES, 'stdio/closed-pipe.js')
const UNIX = { skip: process.platform === 'win32' }

/** What the shell does with the streams. TEST_GONE is created after the reading end has been closed. */
const ENDS = {
  '| head -n 1': '| { head -n 1; exec <&-; : > "$TEST_GONE"; }',
  '| true': '| { exec <&-; : > "$TEST_GONE"; }',
  '2>&1 | true': '2>&1 | { exec <&-; : > "$TEST_GONE"; }',
  '>&-': '>&-',
  '2>&- | cat': '2>&- | cat',
  '>&- 2>&-': '>&- 2>&-',
}
const BOTH_CLOSED = '2>&1 | true'
const names = /** @type {(keyof typeof ENDS)[]} */ (Object.keys(ENDS))

for (const end of names) {
  for (const who of ['root', 'worker', 'fork']) {
    it(`${who} prints, app ${end}: it ends as without logshare`, UNIX, async (t) => {
      const args = [who, 'nothing']
      const plain = await runIn(t, end, { args })
      const ours = await runIn(t, end, { args, config: {} })
      assert.deepEqual(ours.ended, plain.ended)
    })
  }

  it(`children print, app ${end}: with console handlers it ends normally`, UNIX, async (t) => {
    for (const who of ['worker', 'fork']) {
      const config = { handlers: [{ type: 'console' }, { type: 'console', stream: 'stderr' }] }
      const { status, ended } = await runIn(t, end, { args: [who, 'logger'], config })
      assert.deepEqual({ status, ended }, { status: '0\n', ended: { code: 0, caught: 0 } }, who)
    }
  })
}

for (const end of /** @type {const} */ (['| true', BOTH_CLOSED])) {
  it(
    `children print, app ${end}: an application that logs what it catches catches it once`,
    UNIX,
    async (t) => {
      for (const handler of end === BOTH_CLOSED ? ['logger'] : ['logger', 'console']) {
        for (const [who, limit, isBusy] of /** @type {const} */ ([
          ['worker', end === BOTH_CLOSED ? 2 : 1, false],
          ['worker', end === BOTH_CLOSED ? 2 : 1, true],
          ['fork', 0, false],
        ])) {
          const args = [who, handler]
          const { status, ended } = await runIn(t, end, { args, config: {}, isBusy })
          assert.deepEqual([status, ended.code], ['0\n', 0], who)
          const what = `${who}, logged with ${handler}${isBusy ? ', the root busy' : ''}`
          assert.ok(ended.caught <= limit, `${what}: ${ended.caught}`)
        }
      }
    },
  )

  it(`the root prints, app ${end}: it catches no more than without logshare`, UNIX, async (t) => {
    const args = ['root', 'logger']
    // The number differs from run to run: it depends on when the system reports EPIPE.
    let most = { plain: 0, ours: 0 }
    for (let round = 0; round < 3; round++) {
      const plain = await runIn(t, end, { args })
      const ours = await runIn(t, end, { args, config: {} })
      assert.equal(ours.status, plain.status)
      const caught = { plain: plain.ended.caught, ours: ours.ended.caught }
      most = {
        plain: Math.max(most.plain, caught.plain),
        ours: Math.max(most.ours, caught.ours),
      }
    }
    assert.ok(most.ours <= most.plain, JSON.stringify(most))
  })
}

/**
 * Runs the program in a shell, with logshare if `config` is given. `ended` is the report of its exit listener.
 * @param {import('node:test').TestContext} t
 * @param {keyof typeof ENDS} end
 * @param {{ args: string[], config?: object, isBusy?: boolean }} options
 */
async function runIn(t, end, { args, config, isBusy }) {
  const folder = scratch(t)
  const [status, report, gone] = ['status', 'report', 'gone'].map((name) => join(folder, name))
  if (!ENDS[end].includes('TEST_GONE')) writeFileSync(gone, '')
  const env = cleanEnv({
    TEST_REPORT: report,
    TEST_GONE: gone,
    ...(isBusy && { TEST_BUSY: '1' }),
    ...(config && { TEST_LOGGER: '1', LOGSHARE_CONFIG: JSON.stringify(config) }),
  })
  const words = [process.execPath, ...(config ? ['-r', REGISTER] : []), PROGRAM, ...args]
  const command = words.map((word) => `'${word}'`).join(' ')
  const line = `{ ${command}; echo $? > '${status}'; } ${ENDS[end]}`
  const { stderr } = await collect(spawn('sh', ['-c', line], { env, stdio: 'pipe' }), {
    limit: 30_000,
  })
  assert.doesNotMatch(stderr, /^logshare:/m)
  // The last command of the pipeline may exit before the program.
  assert.ok(existsSync(report), stderr.slice(-2000))
  return { status: readFileSync(status, 'latin1'), ended: JSON.parse(readFileSync(report, 'utf8')) }
}
