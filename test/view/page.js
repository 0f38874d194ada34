'use strict'
// Page: opens logs in `logshare view` and a real browser, as a user would.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { chromium } = require('playwright-core')
const { cleanEnv, ROOT } = require('../helpers/run')

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').BrowserContextOptions} ContextOptions */
/** @typedef {{ after(fn: () => unknown): void }} Test */

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the browser for the tests of one file. @returns {Promise<Browser>} */
function startBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
}

/**
 * Starts the command. @param {Test} t @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, input?: boolean }} [options]
 */
async function startView(t, args, { env = {}, cwd } = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'view', ...args], {
    env: cleanEnv(env),
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (part) => {
    stderr += part
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill()
    await ended
  })
  const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  if (typeof url !== 'string') throw new Error(`view has ended: ${stderr}`)
  const get = async (/** @type {string} */ path) => (await fetch(`${url}api/${path}`)).json()
  return { url, child, get, stderr: () => stderr }
}

/**
 * Opens a log in the page and waits for its first picture. What the page reports as an error fails the test.
 * @param {Test} t @param {Browser} browser @param {string} url @param {ContextOptions} [options]
 */
async function openPage(t, browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, ...options })
  t.after(() => context.close())
  const page = await context.newPage()
  /** @type {string[]} */
  const faults = []
  /** @type {string[]} */
  const requests = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(url)
  await page.waitForSelector('canvas[data-ready=yes]')
  await page.waitForSelector('.record .msg')
  return { page, faults, requests }
}

/** The range of time that the lanes show. @param {import('playwright-core').Page} page */
async function rangeOf(page) {
  const canvas = page.locator('.picture canvas')
  const from = Number(await canvas.getAttribute('data-from'))
  const to = Number(await canvas.getAttribute('data-to'))
  return { from, to, span: to - from }
}

module.exports = { openPage, rangeOf, startBrowser, startView }
