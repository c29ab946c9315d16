import type { ComponentChildren } from 'preact';

/** The properties of a card that the page sets. */
export interface CardProps {
  readonly id: string;
  /** Whether the headline lists it. */
  readonly isWrong: boolean;
}

interface Props extends CardProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** A limit or a breaker, under its name. */
export function Card({ id, isWrong, name, children }: Props) {
  return (
    <article id={id} class={isWrong ? 'card wrong' : 'card'}>
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {children}
    </article>
  );
}
