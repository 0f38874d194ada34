'use strict'
// Markdown: the parts of a page that tests look at: headings, links, code blocks and tables.

const { readFileSync } = require('node:fs')

/**
 * @typedef {object} Page
 * @property {string} path
 * @property {string} text
 * @property {Set<string>} anchors headings as GitHub makes anchors of them
 * @property {string[]} links targets
 * @property {{ language: string, code: string, line: number }[]} blocks
 * @property {{ anchor: string, head: string[], rows: string[][] }[]} tables each with the heading it stands below
 */

/** @param {string} path @returns {Page} */
function readPage(path) {
  const text = readFileSync(path, 'utf8')
  const prose = text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''))
  const { anchors, tables } = readLines(prose.split('\n'))
  // Brackets within inline code are no links.
  const plain = prose.replace(/`[^`\n]*`/g, 'code')
  const links = [...plain.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map((found) => found[1])
  const blocks = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((found) => ({
    language: found[1],
    code: found[2],
    line: text.slice(0, found.index).split('\n').length,
  }))
  return { path, text, anchors, links, blocks, tables }
}

/** @param {string[]} lines */
function readLines(lines) {
  const anchors = new Set()
  /** @type {Page['tables']} */
  const tables = []
  let anchor = ''
  let isTable = false
  for (const line of lines) {
    const heading = /^#+ (.+)$/.exec(line)
    if (heading) {
      anchor = anchorOf(heading[1], anchors)
      anchors.add(anchor)
    }
    const cells = /^\|(.*)\|$/
      .exec(line)?.[1]
      .split('|')
      .map((cell) => cell.trim())
    const table = tables.at(-1)
    if (cells && !isTable) tables.push({ anchor, head: cells, rows: [] })
    else if (cells && table && !cells.every((cell) => /^:?-+:?$/.test(cell))) table.rows.push(cells)
    isTable = cells !== undefined
  }
  return { anchors, tables }
}

/** @param {string} heading @param {Set<string>} taken */
function anchorOf(heading, taken) {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  const anchor = text.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
  let count = 0
  while (taken.has(count === 0 ? anchor : `${anchor}-${count}`)) count++
  return count === 0 ? anchor : `${anchor}-${count}`
}

/** The inline code in a text. @param {string} text */
function codeIn(text) {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((found) => found[1])
}

module.exports = { readPage, codeIn }
