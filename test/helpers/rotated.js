'use strict'
// A log with its old files.

const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { basename, dirname, extname, join } = require('node:path')
const { gunzipSync } = require('node:zlib')
const { readLines } = require('./run')

/** The old files of a log by the default names, oldest first, with what is in them. @param {string} log */
function oldFiles(log) {
  const ext = extname(log)
  const stem = `${basename(log, ext)}.`
  return readdirSync(dirname(log))
    .filter((name) => name.startsWith(stem) && name !== basename(log))
    .flatMap((name) => {
      const [, date = '', index, gz] =
        /^([\dT-]+)\.(\d+)\.\w+(\.gz)?$/.exec(name.slice(stem.length)) ?? []
      if (index === undefined) return []
      const bytes = readFileSync(join(dirname(log), name))
      const text = (gz ? gunzipSync(bytes) : bytes).toString()
      return [
        { name, date, index: Number(index), isCompressed: Boolean(gz), size: text.length, text },
      ]
    })
    .sort((a, b) => a.date.localeCompare(b.date) || a.index - b.index)
}

/** All records, those of old files first. @param {string} log @returns {import('logshare').LogRecord[]} */
function readAll(log) {
  const texts = oldFiles(log).map(({ text }) => text)
  return readLines([...texts, existsSync(log) ? readFileSync(log, 'utf8') : ''].join(''))
}

module.exports = { oldFiles, readAll }
