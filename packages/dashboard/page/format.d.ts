/** `1,234`, or `0.25` for what is small: three digits at most behind what counts. */
export declare function number(value: number): string;
/** A time that is over or to come, in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export declare function duration(secs: number): string;
/** The time of day so many seconds ago, as the viewer writes it. */
export declare function clockTime(secsAgo: number, now?: Date): string;
/** `20 at once, then 5 a minute`: a bucket in the unit in which its rate is a number that one can say. */
export declare function policy(capacityMax: number, restoreRateHz: number): string;
//# sourceMappingURL=format.d.ts.map
