// The picture of the city, kept over the canvas while the viewer shows something else for a moment.

/** Frames in which the viewer should have drawn. */
const MAX_FRAMES = 30;
/** A side of the copy that tells whether there is a picture at all. */
const SAMPLE = 8;

export class Still {
  /** @type {HTMLCanvasElement | null} */
  copy = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /**
   * What a canvas shows can be read only in the frame in which it is drawn.
   * @param {() => void} redraw asks the viewer to draw once more
   */
  async take(redraw) {
    for (let frame = 0; !this.copy && frame < MAX_FRAMES; frame += 1) {
      redraw();
      await new Promise(requestAnimationFrame);
      if (isDrawn(this.canvas)) this.show();
    }
  }

  show() {
    const { canvas } = this;
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.className = "still";
    copy.setAttribute("aria-hidden", "true");
    copy.getContext("2d")?.drawImage(canvas, 0, 0);
    canvas.after(copy);
    this.copy = copy;
  }

  remove() {
    this.copy?.remove();
    this.copy = null;
  }
}

/** @param {HTMLCanvasElement} canvas */
function isDrawn(canvas) {
  const sample = document.createElement("canvas");
  sample.width = sample.height = SAMPLE;
  const context = sample.getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  context.drawImage(canvas, 0, 0, SAMPLE, SAMPLE);
  const { data } = context.getImageData(0, 0, SAMPLE, SAMPLE);
  return data.some((value, at) => at % 4 < 3 && value > 0);
}
