/**
 * The ids of the last readings of a device that were evaluated, oldest first, each as a number: a
 * copy of one of these that says another time is known for what it is. Numbers of 48
 * bits, as a state has no room for more; that two ids give the same one is as likely as 1 in 10^14.
 */
export type RecentIds = number[];

/** How many are kept. A client sends a reading again within a few of them. */
export const RECENT_IDS = 16;

/** 48 bits of an id (cyrb53, cut). */
export function idNumber(id: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (0xffff & low) + (high >>> 0);
}

/** Adds an id. False: it is there, and nothing was changed. */
export function addRecent(ids: RecentIds, id: string): boolean {
  const number = idNumber(id);
  if (ids.includes(number)) return false;
  if (ids.push(number) > RECENT_IDS) ids.shift();
  return true;
}
