import { MockClock } from '@breaking/core';

/** A MockClock that counts callbacks. */
export class CountingClock extends MockClock {
  /** Callbacks that still wait for their moment. */
  waiting = 0;
  /** Callbacks whose moment has come. */
  woken = 0;

  override wakeAt(secs: number, callback: () => void): () => void {
    let isOver = false;
    const over = () => {
      if (!isOver) this.waiting -= 1;
      isOver = true;
    };
    this.waiting += 1;
    const cancel = super.wakeAt(secs, () => {
      over();
      this.woken += 1;
      callback();
    });
    return () => {
      over();
      cancel();
    };
  }
}
