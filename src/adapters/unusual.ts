// Unusual: what a record has no room for as it stands in a text that pieces are cut from.

/** What a record's text does not have as libraries write it: characters that move a cursor, halves of characters. */
export const UNUSUAL: RegExp = /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/
