import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { clockTime, duration } from '../src/format.js';

/** The moment of the data that the page shows. It may be a while ago if the server is gone. */
export const ToldAt = createContext(new Date());

/** For how long, and since when. */
export function Since({ secs }: { readonly secs: number }) {
  const toldAt = useContext(ToldAt);
  return (
    <>
      for {duration(secs)}, since {clockTime(secs, toldAt)}
    </>
  );
}
