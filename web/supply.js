// Recordings that the viewer takes as if it had fetched them from an address, though they have come over the socket: only what
// came from an address can be taken out of the viewer again. Nothing of it reaches a network.

/** @type {Map<string, ReadableStream<Uint8Array>>} */
const supplies = new Map();
let count = 0;

/** From now on the viewer's requests for what is supplied are answered here. */
export function prepareSupply() {
  const real = window.fetch;
  window.fetch = (resource, options) => {
    const address = resource instanceof Request ? resource.url : `${resource}`;
    const stream = supplies.get(address);
    if (!stream) return real.call(window, resource, options);
    supplies.delete(address);
    return Promise.resolve(new Response(stream));
  };
}

/** Bytes that come bit by bit, and the address where the viewer finds them. */
export class Supply {
  /** @type {ReadableStreamDefaultController<Uint8Array> | null} */
  controller = null;

  constructor() {
    count += 1;
    this.address = new URL(`supplied-${count}.rrd`, document.baseURI.replace(/[?#].*/, "")).href;
    supplies.set(this.address, new ReadableStream({ start: (controller) => void (this.controller = controller) }));
  }

  /** @param {Uint8Array} rrd */
  push(rrd) {
    // The viewer decodes a part at one go: small ones let it draw in between.
    for (let at = 0; at < rrd.byteLength; at += PART_BYTES) this.controller?.enqueue(rrd.slice(at, at + PART_BYTES));
  }

  end() {
    this.controller?.close();
    this.controller = null;
  }
}

const PART_BYTES = 1 << 17;
