'use strict'
// The index behind the page: the order of `merge`, records read as they are asked for, searches a part at a time.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { readFileSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { after, before, it } = require('node:test')
const { gzipSync } = require('node:zlib')
const { cleanEnv, ROOT, scratch } = require('../helpers/run')
const { line, START, writeLog } = require('./logs')
const { openPage, startBrowser, startView } = require('./page')

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await startBrowser()
})
after(() => browser.close())

const MAIN = join(ROOT, 'dist/cli/main.js')

it('shows many logs in the order of merge: JSON, text, compressed, out of order, without a time', async (t) => {
  const folder = scratch(t)
  const paths = ['a.log', 'b.log.1.gz', 'c.log', 'd.log'].map((name) => join(folder, name))
  const [a, b, c, d] = /** @type {[string, string, string, string]} */ (paths)
  let json = ''
  for (let nth = 0; nth < 700; nth++)
    json += line(nth, {}, { time: START + nth * 10 - (nth % 7) * 25 })
  writeFileSync(a, json)
  let packed = ''
  for (let nth = 0; nth < 150; nth++)
    packed += line(nth, { b: 1 }, { time: START + nth * 33 + 0.5 })
  writeFileSync(b, gzipSync(packed))
  let text = '\ufeffno time yet\n{"msg":"early"}\n'
  for (let nth = 0; nth < 150; nth++)
    text += `${new Date(START + nth * 41 + 3).toISOString()} WARN [db] slow ${nth}\n    at ä (${nth})\n`
  writeFileSync(c, text)
  writeFileSync(
    d,
    `${JSON.stringify({ time: START + 77, level: 'error', logger: 'x', message: 'of another', pid: 7 })}\n`,
  )
  const { stdout } = spawnSync(process.execPath, [MAIN, 'merge', ...paths], {
    env: cleanEnv(),
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  const { get } = await startView(t, paths)
  const summary = await until(async () => {
    const now = await get('summary')
    return now.isComplete && now.count >= 1003 && now
  })
  let all = ''
  for (let row = 0; row < summary.count; row++) all += `${(await get(`record?row=${row}`)).text}\n`
  assert.equal(all, stdout.replace('\ufeff', ''))
  assert.deepEqual([summary.count, summary.late], [1003, 0])
  const labels = summary.lanes.map((/** @type {any} */ each) => each.label)
  for (const label of ['a.log', 'b.log', 'c.log', 'd.log', 'pid 7'])
    assert.ok(labels.includes(label), label)
  const { found } = await get('search?level=40&source=c.log')
  assert.equal(found, 150)
  const other = await get('records?n=1&text=of%20another')
  assert.deepEqual(
    [other.records[0].level, other.records[0].name, other.records[0].msg],
    [50, 'x', 'of another'],
  )
})

it('finds in many records what a filter accepts: all of a stretch, some, or none', async (t) => {
  const path = join(scratch(t), 'app.log')
  const count = 200_000
  const isWanted = (/** @type {number} */ nth) =>
    nth >> 16 === 1 || (nth >> 16 !== 2 && nth % 3 === 0)
  let text = ''
  const rows = []
  for (let nth = 0; nth < count; nth++) {
    if (isWanted(nth)) rows.push(nth)
    text += line(nth, {}, { name: isWanted(nth) ? 'wanted' : 'other', level: 30 })
  }
  writeFileSync(path, text)
  const { get } = await startView(t, [path])
  await until(async () => (await get('summary')).count === count)
  for (const filter of ['name=wanted', 'text=%22wanted%22']) {
    await until(async () => {
      const { scanned, found } = await get(`search?${filter}`)
      return scanned === count && found === rows.length
    })
    for (let from = 0; from < rows.length; from += 9973) {
      const { records } = await get(`records?${filter}&from=${from}&n=500`)
      const shown = records.map((/** @type {any} */ each) => each.row)
      assert.deepEqual(shown, rows.slice(from, from + 500))
      const time = START + /** @type {number} */ (rows[from]) * 10
      assert.equal((await get(`nearest?${filter}&time=${time}`)).position, from)
    }
    const width = 1000
    const end = START + count * 10
    const { cells } = await get(`density?${filter}&from=${START}&to=${end}&width=${width}`)
    const counts = new Array(width).fill(0)
    for (let at = 0; at < cells[0].length; at += 3) counts[cells[0][at]] = cells[0][at + 1]
    const expected = new Array(width).fill(0)
    for (const row of rows) expected[Math.floor(row / (count / width))]++
    assert.deepEqual(counts, expected)
  }
})

it('counts of a picture are those of the records, with a filter and without', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 10_000)
  const { get } = await startView(t, [path])
  await until(async () => (await get('summary')).count === 10_000)
  for (const [filter, expected] of [
    ['', 10_000],
    ['level=40', 700],
    ['text=request%20120', 11],
  ]) {
    let found = await get(`search?${filter}`)
    while (found.scanned < found.total) found = await get(`search?${filter}`)
    const area = `from=${START - 1}&to=${START + 100_001}&width=777`
    const { lanes } = await get('summary')
    const ids = lanes.map((/** @type {any} */ each) => each.id).join(',')
    for (const query of ['', `&lanes=${ids}`]) {
      const { cells } = await get(`density?${area}&${filter}${query}`)
      let sum = 0
      for (const each of cells) for (let at = 1; at < each.length; at += 3) sum += each[at]
      assert.equal(sum, found.found)
    }
    assert.equal(found.found, expected)
  }
})

it('a large log: little is read to show it, and any place is there at once', async (t) => {
  const path = join(scratch(t), 'app.log')
  let lines = ''
  const pad = 'x'.repeat(80)
  for (let nth = 0; nth < 300_000; nth++) lines += line(nth, { pad })
  writeFileSync(path, lines)
  assert.ok(statSync(path).size > 60e6)
  const { url, get, child } = await startView(t, [path])
  await until(async () => (await get('summary')).count === 300_000)
  const { page, faults, requests } = await openPage(t, browser, url)
  const asked = () => requests.filter((each) => each.includes('/api/records?')).length
  assert.ok(asked() <= 3, String(asked()))
  await page.locator('.list').press('End')
  await page.waitForSelector('.record:has-text("request 299999 done")')
  await page.locator('.list').evaluate((/** @type {any} */ list) => {
    list.scrollTop = list.scrollHeight / 2
  })
  await page.waitForSelector('.record:has-text("request 150000 done")')
  const box = await page.locator('.list').boundingBox()
  await page.mouse.move(300, (box?.y ?? 0) + 50)
  for (let nth = 0; nth < 30; nth++) await page.mouse.wheel(0, 110)
  await page.waitForSelector('.record:has-text("request 150150 done")')
  assert.ok(asked() <= 12, String(asked()))
  const texts = await page.locator('.record .msg').allTextContents()
  const numbers = texts.map((each) => Number(each.split(' ')[1]))
  for (const [nth, number] of numbers.entries())
    assert.equal(number, /** @type {number} */ (numbers[0]) + nth)
  assert.ok(memoryOf(child.pid) < 200, `${memoryOf(child.pid)} MB`)
  assert.deepEqual(faults, [])
})

it('what cannot be shown is said', async (t) => {
  const folder = scratch(t)
  const fails = (/** @type {string[]} */ ...args) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'view', ...args], {
      env: cleanEnv({ XDG_RUNTIME_DIR: folder, TMPDIR: folder }),
      encoding: 'utf8',
    })
    assert.equal(status, 1)
    return stderr
  }
  assert.match(
    fails(),
    /^logshare: no application runs: give the files to show \(LOGSHARE_ERR_DIR\)\n$/,
  )
  assert.match(
    fails('--port', 'x', 'a'),
    /^logshare: --port: expected 0 to 65535, got 'x' \(string\)/,
  )
  const { url, stderr } = await startView(t, [join(folder, 'none.log')])
  assert.match(stderr(), /none.log: no such file; waiting for it\n/)
  assert.match(fails('--port', new URL(url).port, MAIN), /address already in use/)
})

/** Resident memory in MB. @param {number | undefined} pid */
function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** @template T @param {() => Promise<T>} ask @returns {Promise<T>} */
async function until(ask) {
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
