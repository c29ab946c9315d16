// The type tests of the packages are compiled here and not run. They need only these two functions of Vitest.
declare module 'vitest' {
  export { expectTypeOf } from 'expect-type';
  export const expect: (value: unknown) => { toThrow(error?: unknown): void };
  export function test(name: string, body: () => void | Promise<void>): void;
}
