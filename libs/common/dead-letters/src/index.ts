export { deadLetter, matches, type DeadLetter, type Filter } from './dead-letter.js';
export {
  countFailures,
  letterJson,
  listDeadLetters,
  listingJson,
  newestDeadLetters,
  type FailureCount,
  type ListedLetter,
  type Listing,
  type Newest,
} from './list.js';
export { DeadLettersRefusal, type DeadLetterLog } from './log.js';
export { parsePlace, type Place } from './place.js';
export { redrive, type Redriven, type RedriveOptions } from './redrive.js';
export { findDeadLetters, shownJson } from './show.js';
