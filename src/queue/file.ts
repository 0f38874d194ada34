// File: the two ends of a FileQueue, append-only segment files in the runtime directory.
//
//   <producer>.0.q:  HELLO  record  record  …  END      <producer>.1.q:  HELLO  record  …
//
// Invariant: one writer appends, one reader reads and removes. The page cache is the memory that both share, so a
// written record survives the death of either process. A segment starts with a HELLO frame (an EXTENT frame before it
// if the segment is mapped) and ends with an END frame, which says that the next segment continues. A reader never
// blocks a writer.

export { FileReader } from './reader.js'
export { type FileQueueOptions, FileWriter } from './writer.js'
