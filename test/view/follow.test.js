/// <reference lib="dom" />
'use strict'
// Logs that grow: in the page and in the command, through rotation and truncation, of files and of a running application.

const assert = require('node:assert/strict')
const { appendFileSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { after, before, it } = require('node:test')
const { scratch } = require('../helpers/run')
const { startSteps } = require('../helpers/steps')
const { line, writeLog } = require('./logs')
const { openPage, rangeOf, startBrowser, startView } = require('./page')

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await startBrowser()
})
after(() => browser.close())

it('what is appended is shown; the list stays at its end and the time line moves along', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 500)
  const { url } = await startView(t, [path])
  const { page, faults } = await openPage(t, browser, url)
  await page.check('#follow')
  await page.waitForSelector('.record:has-text("request 499 done")')
  await page.locator('.scroller').press('+')
  const near = await rangeOf(page)
  for (const nth of [500, 501]) {
    appendFileSync(path, line(nth, {}, nth === 501 ? { source: 'fork#7', msg: 'new child' } : {}))
    const text = nth === 501 ? 'new child' : 'request 500 done'
    await page.waitForSelector(`.record:has-text("${text}")`)
  }
  await page.waitForSelector('.labels button:has-text("fork#7")')
  const moved = await rangeOf(page)
  assert.ok(moved.to > near.to && Math.abs(moved.span - near.span) < 1)
  await page.locator('.list').press('Home')
  assert.equal(await page.isChecked('#follow'), false)
  appendFileSync(path, line(502))
  await page.waitForFunction(() => document.querySelector('.status')?.textContent === '503 records')
  await page.waitForSelector('.record:has-text("request 0 done")')
  assert.deepEqual(faults, [])
})

it('a filter finds what is appended', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 100)
  const { url } = await startView(t, [path])
  const { page } = await openPage(t, browser, url)
  await page.fill('#text', 'needle')
  await page.waitForFunction(
    () => document.querySelector('.status')?.textContent === '0 of 100 records',
  )
  appendFileSync(path, line(100, {}, { msg: 'a needle' }))
  await page.waitForSelector('.record:has-text("a needle")')
})

it('says so when the command has ended', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 10)
  const { url, child } = await startView(t, [path])
  const { page } = await openPage(t, browser, url)
  child.kill()
  await page.waitForSelector('.status:has-text("the command has ended")')
})

it('rotated and truncated files: each record is shown once, and older ones can be read again', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  writeFileSync(path, line(0))
  const { get } = await startView(t, [path, join(folder, 'app.log.1')])
  await until(async () => (await get('summary')).count === 1)
  renameSync(path, join(folder, 'app.log.1'))
  appendFileSync(join(folder, 'app.log.1'), line(1))
  writeFileSync(path, line(2, { pad: 'x'.repeat(1000) }))
  await until(async () => (await get('summary')).count === 3)
  writeFileSync(path, line(3))
  await until(async () => (await get('summary')).count === 4)
  const { records } = await get('records?n=4')
  const messages = records.map((/** @type {any} */ each) => each.msg)
  assert.deepEqual(messages.slice(0, 2), ['request 0 done', 'request 1 done'])
  assert.equal(messages[3], 'request 3 done')
  const { text } = await get('record?row=1')
  assert.equal(`${text}\n`, line(1))
})

it('without files: the log of the running application', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'own.log')
  const env = { XDG_RUNTIME_DIR: folder }
  const app = startSteps(t, { config: { handlers: [{ type: 'file', path }] }, args: ['fork'], env })
  await app.take('log', { count: 5 })
  await app.take('flush')
  const { get } = await startView(t, [], { env: { ...env, TMPDIR: folder } })
  await until(async () => (await get('summary')).count === 15)
  await app.take('log', { count: 1 })
  await until(async () => (await get('summary')).count === 18)
  const { lanes } = await get('summary')
  const sources = lanes.map((/** @type {any} */ each) => each.source)
  assert.deepEqual(sources.sort(), ['fork#1', 'own.log', 'root', 'worker#1'])
  assert.equal(await app.end(), 0)
})

/** @param {() => Promise<boolean>} isTrue */
async function until(isTrue) {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50))
}
