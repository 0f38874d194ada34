// Servers: the examples that answer requests until they get a signal.

const assert = require('node:assert/strict')
const { audit } = require('../helpers/delivery.js')
const { readLines } = require('../helpers/run.js')
const { ask, checkRecords, freePort, npmStart, start } = require('./place.js')

/** @typedef {import('./place.js').Place} Place */

const ASKED = 40

/** @param {Place} place */
async function runExpress(place) {
  const port = await freePort()
  const app = npmStart(place, { PORT: port })
  await app.prints(/worker 2 is ready/)
  for (let number = -1; number < ASKED - 1; number++)
    assert.equal(await ask(port, `/square/${number}`), String(number ** 2))
  app.signal('SIGTERM')
  const { stdout } = await app.end()
  assert.match(stdout, /"number":38,"msg":"asked for a square"/)
  checkRecords(place.log(), {
    sources: ['root', 'cluster#1', 'cluster#2'],
    names: { primary: 3, server: ASKED, console: 1 },
  })
}

/** @param {Place} place */
async function runFastify(place) {
  const port = await freePort()
  const app = npmStart(place, { PORT: port })
  await app.prints(/Server listening/)
  const texts = Array.from({ length: ASKED }, (_, i) => `t${i}`)
  await Promise.all(texts.map((text) => ask(port, `/hash/${text}`)))
  app.signal('SIGTERM')
  await app.end()
  const records = place.log()
  const listening = records.filter(({ msg }) => /^Server listening/.test(msg)).length
  checkRecords(records, {
    sources: ['root', 'worker#1', 'worker#2'],
    names: { api: listening + 2 * ASKED, hash: ASKED, console: 10 },
  })
}

/** @param {Place} place */
async function runNest(place) {
  const port = await freePort()
  const app = npmStart(place, { PORT: port })
  await app.prints(/listening/)
  assert.equal(await ask(port, '/reports/may'), '{"id":"may","code":0}')
  assert.equal(await ask(port, '/reports/june'), '{"id":"june","code":0}')
  app.signal('SIGTERM')
  await app.end()
  const records = place.log()
  const { lost, doubled } = audit(records)
  assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
  for (const [source, id] of [
    ['fork#1', 'may'],
    ['fork#2', 'june'],
  ]) {
    const asked = records.filter(({ name, msg }) => name === 'Reports' && msg.includes(id))
    assert.deepEqual(
      asked.map((record) => record.source),
      ['root'],
    )
    const own = records.filter((record) => record.source === source && record.name === 'Report')
    assert.deepEqual(
      own.map(({ msg, level }) => [/report .*$/.exec(msg)?.[0], level]),
      [
        ...['sales', 'stock', 'staff'].map((part) => [`report ${id}: ${part}`, 30]),
        [`report ${id} ends at once`, 40],
      ],
    )
  }
}

/** The deployment's own command and environment, with the log where its agent reads it: stdout. @param {Place} place */
async function runKubernetes(place) {
  const { readFileSync } = require('node:fs')
  const { parse } = require(`${place.packages}/yaml`)
  const { spec } = parse(readFileSync(place.path('deployment.yaml'), 'utf8')).spec.template
  const [container] = spec.containers
  assert.match(container.image, /:\d+\.\d+\.\d+$/)
  const mounts = container.volumeMounts.map(({ name }) => name)
  assert.deepEqual(
    mounts,
    spec.volumes.map(({ name }) => name),
  )
  const port = await freePort()
  const given = container.env.map(({ name, value, valueFrom }) => {
    return [name, valueFrom ? `shop-1 (${valueFrom.fieldRef.fieldPath})` : value]
  })
  const app = start(place, container.command, { ...Object.fromEntries(given), PORT: port })
  await app.prints(/listening/)
  await ask(port, container.readinessProbe.httpGet.path)
  for (let number = 1; number <= ASKED; number++) await ask(port, `/item/${number}`)
  await app.prints(/stock for/) // from now on it ends when the server does
  app.signal('SIGTERM')
  const { stdout } = await app.end()
  const records = readLines(stdout)
  checkRecords(records, {
    sources: ['root', 'worker#1', 'fork#1'],
    names: { shop: ASKED + 2, 'shop.thread': ASKED, console: ASKED },
  })
  for (const { pod, level, time } of records) {
    assert.deepEqual([pod, level], ['shop-1 (metadata.name)', 'info'])
    assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 120_000)
  }
}

module.exports = { runExpress, runFastify, runKubernetes, runNest }
