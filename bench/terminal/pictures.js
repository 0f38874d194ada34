'use strict'
// Pictures: what is printed on a terminal, drawn by a real terminal (xterm.js) in Debian's chromium.

const { execFileSync } = require('node:child_process')
const { mkdirSync, readFileSync, statSync } = require('node:fs')
const { dirname, join, resolve } = require('node:path')
const { startBrowser } = require('../../test/view/page.js')
const { COLUMNS, printed } = require('./ways.js')

const MOST_BYTES = 60_000
/** Of the terminal, and of a picture. */
const MOST_ROWS = 400
const MOST_SHOWN = 100
/** The two themes that Visual Studio Code has come with. */
const DARK = {
  background: '#1e1e1e',
  foreground: '#cccccc',
  black: '#000000',
  red: '#cd3131',
  green: '#0dbc79',
  yellow: '#e5e510',
  blue: '#2472c8',
  magenta: '#bc3fbc',
  cyan: '#11a8cd',
  white: '#e5e5e5',
  brightBlack: '#666666',
  brightRed: '#f14c4c',
  brightGreen: '#23d18b',
  brightYellow: '#f5f543',
  brightBlue: '#3b8eea',
  brightMagenta: '#d670d6',
  brightCyan: '#29b8db',
  brightWhite: '#e5e5e5',
}
const LIGHT = {
  background: '#ffffff',
  foreground: '#333333',
  black: '#000000',
  red: '#cd3131',
  green: '#107c10',
  yellow: '#949800',
  blue: '#0451a5',
  magenta: '#bc05bc',
  cyan: '#0598bc',
  white: '#555555',
  brightBlack: '#666666',
  brightRed: '#cd3131',
  brightGreen: '#14ce14',
  brightYellow: '#b5ba00',
  brightBlue: '#0451a5',
  brightMagenta: '#bc05bc',
  brightCyan: '#0598bc',
  brightWhite: '#a5a5a5',
}

/** @param {string[]} ways @param {string} folder */
async function takePictures(ways, folder) {
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser()
  try {
    for (const way of ways) {
      for (const isLight of [false, true]) {
        const text = printed(way, { isLight })
        const path = resolve(folder, `${way}-${isLight ? 'light' : 'dark'}.png`)
        if (text !== undefined) await draw(browser, text, isLight ? LIGHT : DARK, path)
        else console.log(`${path}: left out, there is no Docker engine, or no Compose`)
      }
    }
  } finally {
    await browser.close()
  }
}

/** @param {import('playwright-core').Browser} browser @param {string} text @param {object} theme @param {string} path */
async function draw(browser, text, theme, path) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
  await openTerminal(page, theme)
  const rows = Number(await page.evaluate(`show(${JSON.stringify(text)})`))
  await page.setViewportSize({ width: 1000, height: rows * 20 })
  const box = await page.locator('.xterm-screen').boundingBox()
  if (!box) throw new Error('the terminal is not drawn')
  const height = Math.floor((box.height / (rows + 1)) * Math.min(rows, MOST_SHOWN))
  await page.screenshot({ path, clip: { ...box, height } })
  await page.close()
  execFileSync('pngquant', ['--force', '--speed=1', '--nofs', '--output', path, '12', path])
  const { size } = statSync(path)
  console.log(`${path}: ${rows} rows, ${size} bytes`)
  if (size > MOST_BYTES) process.exitCode = 1
}

/** @param {import('playwright-core').Page} page @param {object} theme */
async function openTerminal(page, theme) {
  const xterm = dirname(require.resolve('@xterm/xterm/package.json'))
  await page.setContent('<body style="margin:0"><div id="terminal" style="display:inline-block">')
  await page.addStyleTag({ content: readFileSync(join(xterm, 'css/xterm.css'), 'utf8') })
  await page.addScriptTag({ path: join(xterm, 'lib/xterm.js') })
  await page.addScriptTag({ path: require.resolve('@xterm/addon-unicode11') })
  const options = {
    cols: COLUMNS,
    rows: MOST_ROWS,
    scrollback: 0,
    theme,
    allowProposedApi: true,
    fontFamily: 'DejaVu Sans Mono, WenQuanYi Micro Hei Mono, monospace',
    fontSize: 13,
    cursorInactiveStyle: 'none',
  }
  await page.addScriptTag({
    content: `
    const terminal = new Terminal(${JSON.stringify(options)})
    terminal.loadAddon(new Unicode11Addon.Unicode11Addon())
    terminal.unicode.activeVersion = '11'
    terminal.open(document.getElementById('terminal'))
    async function show(text) {
      await new Promise((done) => terminal.write(text, done))
      const rows = terminal.buffer.active.cursorY + terminal.buffer.active.baseY
      terminal.resize(${COLUMNS}, rows + 1)
      await new Promise((done) => setTimeout(done, 300))
      return rows
    }`,
  })
}

module.exports = { takePictures }
