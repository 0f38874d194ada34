'use strict'
// Log paths that are no regular files: a FIFO that nobody reads never holds the application up, `/dev/stdout` may be a socket.

const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const { closeSync, constants, openSync } = require('node:fs')
const { once } = require('node:events')
const { createServer } = require('node:net')
const { join } = require('node:path')
const test = require('node:test')
const { assertDelivered } = require('../../helpers/delivery.js')
const { readLines, run, scratch } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

const skip = process.platform !== 'linux' && 'pipes and links of Linux'
/** More than a pipe holds. */
const COUNT = 1000
const PAD = 'x'.repeat(200)
const MODES = { inline: [], threaded: ['fork'] }

/** @param {import('node:test').TestContext} t */
function makePipe(t) {
  const path = join(scratch(t), 'app.log')
  execFileSync('mkfifo', [path])
  return path
}

for (const [mode, args] of Object.entries(MODES)) {
  test(`a FIFO gets everything when its reader comes late, ${mode}`, { skip }, async (t) => {
    const path = makePipe(t)
    const handlers = [{ type: 'file', path }]
    const app = startSteps(t, { args, config: { handlers } })
    await app.take('log', { count: COUNT, pad: PAD })
    await app.told(/app\.log: ENXIO: no process reads this pipe; .*\(LOGSHARE_WARN_HANDLER\)$/)
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    reader.stdout.setEncoding('utf8').on('data', (part) => (text += part))
    const closed = once(reader, 'close')
    assert.equal(await app.end(), 0)
    await closed
    const own = readLines(text).filter(({ name }) => name === 'steps')
    const made = COUNT
    assertDelivered(
      own,
      mode === 'inline' ? { root: made } : { root: made, 'fork#1': made, 'worker#1': made },
    )
    assert.equal(app.notices.length, 1)
  })

  test(`a FIFO whose reader does not read ends after overflow.wait, and that is told, ${mode}`, {
    skip,
  }, async (t) => {
    const path = makePipe(t)
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    t.after(() => closeSync(reader))
    const config = { handlers: [{ type: 'file', path }], overflow: { wait: '200ms' } }
    const app = startSteps(t, { args, config })
    await app.take('log', { count: COUNT, pad: PAD })
    assert.equal(await app.end(), 0)
    assert.match(
      app.notices[0],
      /app\.log: \d+ records were not written: .*\(LOGSHARE_WARN_DROPPED\)$/,
    )
  })
}

test('a socket is named, with what to use instead', { skip }, async (t) => {
  const path = join(scratch(t), 'app.log')
  const server = createServer()
  t.after(() => server.close())
  await new Promise((done) => server.listen(path, () => done(undefined)))
  const { code, stderr } = await run('log-and-exit.js', {
    config: { handlers: [{ type: 'file', path }] },
  })
  assert.equal(code, 1)
  assert.match(stderr, /is a socket: use the handler "socket" .*\(LOGSHARE_ERR_HANDLER\)\n$/)
})

test('/dev/stdout where stdout is a socket', { skip }, async () => {
  // Node's own pipes are sockets.
  const config = { handlers: [{ type: 'file', path: '/dev/stdout' }] }
  const { code, stdout, stderr } = await run('log-and-exit.js', { args: ['3'], config })
  assert.deepEqual([code, stderr], [3, ''])
  assert.equal(readLines(stdout).length, 3)
})
