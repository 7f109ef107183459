/** @file How long work reports on itself: libraries call it, only the command line prints. */

/** `done` of `total` units are finished; `note` says a little more (a loss, a file). */
export type Progress = (done: number, total: number, note?: string) => void;
