import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { clockTime, duration } from '../src/format.js';

/** The moment at which the server told what the page shows: it may be a while ago when the server is gone. */
export const ToldAt = createContext(new Date());

/** How long already, and since when. */
export function Since({ secs }: { readonly secs: number }) {
  const toldAt = useContext(ToldAt);
  return (
    <>
      for {duration(secs)}, since {clockTime(secs, toldAt)}
    </>
  );
}
