'use strict'
// The LogTape adapter: a child's records come out of the root's logger, or are in a file.

const { describeLibrary } = require('../../helpers/small')

describeLibrary('@logtape/logtape')
