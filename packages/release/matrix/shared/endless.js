/** A response that continues as long as somebody reads it. */
export function endless() {
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise(resolve => setTimeout(resolve, 5));
      controller.enqueue(new Uint8Array(10_000));
    },
  });
  return new Response(body);
}
