// Files that were compressed before they were put on a host. Some hosts say so and the browser unpacks them, most do not.

/**
 * The response as it was before compression, whether or not the browser has unpacked it already.
 * @param {Response} response
 * @param {string} type of the content
 * @param {(loaded: number) => void} [progress] in bytes as they come
 */
export async function inflated(response, type, progress = () => {}) {
  if (!response.body) return response;
  const reader = response.body.getReader();
  let loaded = 0;
  const next = async () => {
    const part = await reader.read();
    loaded += part.value?.byteLength ?? 0;
    progress(loaded);
    return part;
  };
  let first = await next();
  while (!first.done && first.value.byteLength < 2) {
    const more = await next();
    if (more.done) break;
    first = { done: false, value: new Uint8Array([...first.value, ...more.value]) };
  }
  const isCompressed = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */
  const body = new ReadableStream({
    start(controller) {
      if (!first.done) controller.enqueue(first.value);
    },
    async pull(controller) {
      const part = await next();
      if (part.done) controller.close();
      else controller.enqueue(part.value);
    },
  });
  const plain = isCompressed ? body.pipeThrough(new DecompressionStream("gzip")) : body;
  return new Response(plain, { headers: { "content-type": type } });
}
