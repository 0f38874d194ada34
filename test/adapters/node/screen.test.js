'use strict'
// What a fork shows on a real terminal with a prompt, a progress bar and a spinner: cell by cell as without logshare.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { join } = require('node:path')
const { it } = require('node:test')
const { needPrograms } = require('../../helpers/programs')
const { cleanEnv, FIXTURES, readLog, REGISTER, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'output/screen.mjs')

/** What is entered, and what the screen has to show first. */
const STEPS = [
  ['Name?', 'Ada'],
  ['30%', ''],
  ['working', ''],
  ['finished', undefined],
]
/** Milliseconds between two looks at the screen, and how many looks there are at most. */
const PAUSE = 50
const LOOKS = 200

needPrograms({ tmux: 'tmux' })

for (const config of [{}, { handlers: [{ type: 'file', path: 'app.log' }] }]) {
  it(`${config.handlers ? 'with a file handler' : 'without a handler'} the screen is the same`, (t) => {
    const cwd = scratch(t)
    const bare = screens(cwd)
    assert.equal(bare.length, STEPS.length)
    assert.deepEqual(screens(cwd, config), bare)
    if (!config.handlers) return
    const messages = readLog(join(cwd, 'app.log')).map(({ msg }) => msg)
    assert.ok(messages.includes('Hello, Ada.') && messages.includes('finished'), String(messages))
  })
}

/** The screens of a run, with colours and the cursor, before each step. @param {string} cwd @param {object} [config] */
function screens(cwd, config) {
  const env = cleanEnv({
    TERM: 'xterm-256color',
    TMUX_TMPDIR: cwd,
    TMUX: undefined,
    ...(config && { LOGSHARE_CONFIG: JSON.stringify(config) }),
  })
  // A server that is being ended still has its socket.
  const name = config ? 'ours' : 'bare'
  const tmux = (/** @type {string[]} */ ...args) =>
    execFileSync('tmux', ['-L', name, '-f', '/dev/null', ...args], { cwd, env, encoding: 'utf8' })
  const preload = config ? ['-r', REGISTER] : []
  const words = [process.execPath, ...preload, PROGRAM].map((word) => `'${word}'`).join(' ')
  // The screen stays until the server is ended.
  tmux('new-session', '-d', '-x', '100', '-y', '30', `${words}; read -r _`)
  try {
    return STEPS.map(([expected, answer]) => {
      const screen = waitFor(tmux, String(expected))
      if (answer !== undefined) tmux('send-keys', answer, 'Enter')
      return screen
    })
  } finally {
    tmux('kill-server')
  }
}

/**
 * The screen, once it shows the text and has not changed since the last look.
 * @param {(...args: string[]) => string} tmux @param {string} text
 */
function waitFor(tmux, text) {
  let before = ''
  for (let look = 0; look < LOOKS; look++) {
    const cursor = tmux('display-message', '-p', '#{cursor_x},#{cursor_y},#{cursor_flag}')
    const screen = cursor + tmux('capture-pane', '-p', '-e')
    if (screen === before && screen.includes(text)) return screen
    before = screen
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
  }
  assert.fail(`the screen never showed ${text}:\n${before}`)
}
