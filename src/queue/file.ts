// FileQueue: append-only segment files in the runtime directory; the page cache is the memory both ends share.
//
// One write call a record: what was written survives the death of either process. A segment opens with a HELLO frame
// and closes with an END frame, which says that the next segment continues. A reader never blocks a writer.

export { FileReader } from './reader.js'
export { type FileQueueOptions, FileWriter } from './writer.js'
