'use strict'
// Pino handler: real transports of pino get every record of threads and processes, once and in order.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { once } = require('node:events')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { readLines, run, scratch } = require('../helpers/run')

const COUNT = 4 * 3000

for (const kind of ['threads', 'processes']) {
  test(`pino-roll and pino/file get all records of ${kind}`, async (t) => {
    const directory = scratch(t)
    const file = join(directory, 'roll')
    const plain = join(directory, 'plain.log')
    const handlers = [
      { type: 'pino', target: 'pino-roll', options: { file, size: '1m' } },
      { type: 'pino', target: 'pino/file', options: { destination: plain } },
    ]
    const { code, stderr } = await run('handlers/producers.js', {
      args: [kind],
      config: { handlers },
    })
    assert.deepEqual([code, stderr], [0, ''])
    const rolled = readdirSync(directory)
      .filter((name) => name.startsWith('roll'))
      .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
    assert.ok(rolled.length > 1, `${rolled}`)
    const text = rolled.map((name) => readFileSync(join(directory, name), 'utf8')).join('')
    assertDelivered(readLines(text))
    assert.equal(readLines(text).length, COUNT)
    assert.equal(readFileSync(plain, 'utf8'), text)
  })
}

test('pino-loki sends all records to a server, and pino-pretty formats those of its source', async (t) => {
  const directory = scratch(t)
  /** @type {{ streams: { stream: Record<string, string>, values: [string, string][] }[] }[]} */
  const pushed = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    pushed.push(JSON.parse(body))
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const pretty = join(directory, 'pretty.log')
  const handlers = [
    {
      type: 'pino',
      target: 'pino-loki',
      options: { host: `http://127.0.0.1:${port}`, batching: { interval: 1, maxBufferSize: 0 } },
    },
    {
      type: 'pino',
      target: 'pino-pretty',
      options: { destination: pretty, colorize: false },
      sources: ['fork#1'],
    },
  ]
  const { code, stderr } = await run('handlers/producers.js', {
    args: ['processes'],
    config: { handlers },
  })
  assert.deepEqual([code, stderr], [0, ''])
  const values = pushed.flatMap(({ streams }) => streams.flatMap((each) => each.values))
  assert.equal(values.length, COUNT)
  const expected = values.filter(([, line]) => JSON.parse(line).source === 'fork#1').length
  const lines = readFileSync(pretty, 'utf8').match(/^\[[\d:.]+\] INFO .*$/gm) ?? []
  assert.ok(expected > 0)
  assert.equal(lines.length, expected)
})

test('a transport that is missing is named with the command to install it, before anything runs', async () => {
  const handlers = [{ type: 'pino', target: 'pino-nowhere' }]
  const { code, stderr } = await run('handlers/producers.js', {
    args: ['threads'],
    config: { handlers },
  })
  assert.equal(code, 1)
  assert.match(
    stderr,
    /pino handler: cannot find 'pino-nowhere'; npm install pino-nowhere \(LOGSHARE_ERR_HANDLER\)/,
  )
})

test('a transport that fails is reported once; the application and other handlers go on', async (t) => {
  const directory = scratch(t)
  const file = join(directory, 'all.log')
  const handlers = [
    {
      type: 'pino',
      target: 'pino/file',
      options: { destination: join(directory, 'no/such/folder/x.log') },
    },
    { type: 'file', path: file },
  ]
  const { code, stderr } = await run('handlers/producers.js', {
    args: ['threads'],
    config: { handlers },
  })
  assert.equal(code, 0)
  assert.match(stderr, /^logshare: .*pino pino\/file: ENOENT/m)
  assertDelivered(
    readLines(readFileSync(file, 'utf8')).filter(({ source }) => source !== 'root/listener'),
  )
})
