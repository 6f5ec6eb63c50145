// The latent explorer: a plane of points, and beside it the picture that the point under the pointer decodes to.
// One module that imports nothing: anywidget loads it in a notebook, LatentExplorer.save writes it into a page.

const STEPS = 11; // pictures of a walk, as in latent.interpolate
const SIDE = 450, PLOT = 386, LEFT = 56, TOP = 8; // the plane, its square plot, and where that lies
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const ACTIVATIONS = {
  relu: (x) => (x > 0 ? x : 0), silu: (x) => x / (1 + Math.exp(-x)), tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)), identity: (x) => x,
};

// ---- the decoder ---------------------------------------------------------------------------------

/** The bytes that a base64 string holds. */
export function bytes(text) {
  const letters = atob(text), array = new Uint8Array(letters.length);
  for (let i = 0; i < array.length; i++) array[i] = letters.charCodeAt(i);
  return array;
}

/** The float32 numbers that a base64 string holds. */
export const floats = (text) => new Float32Array(bytes(text).buffer);

/** y = W x + b; matrix: W [outputs, inputs], row by row. */
function linear(matrix, bias) {
  const y = new Float32Array(bias.length);
  return (x) => {
    for (let row = 0, at = 0; row < y.length; row++) {
      let sum = bias[row];
      for (let i = 0; i < x.length; i++) sum += matrix[at++] * x[i];
      y[row] = sum;
    }
    return y;
  };
}

const each = (f) => (x) => { for (let i = 0; i < x.length; i++) x[i] = f(x[i]); return x; };

/** The decoder: a function from z to the values of a picture (one array, which the next call overwrites). */
export function makeDecoder(layers, weights) {
  let used = 0;
  const take = (count) => weights.subarray(used, used += count);
  const steps = layers.map(({ kind, inputs, outputs }) =>
    kind === "linear" ? linear(take(inputs * outputs), take(outputs)) : each(ACTIVATIONS[kind]));
  return (z) => steps.reduce((x, step) => step(x), Float32Array.from(z));
}

// ---- small helpers -------------------------------------------------------------------------------

/** Put the values of a picture, shape [channels, height, width] from `low` to 1, on a canvas. */
function paint(canvas, values, [channels, height, width], low) {
  const size = height * width, image = new ImageData(width, height), scale = 255 / (1 - low);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = (values[(c % channels) * size + i] - low) * scale;
    image.data[4 * i + 3] = 255;
  }
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A new element; text enters as text only, so that no name is read as HTML. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A new SVG element. */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Round numbers between two ends, four to eight. */
function ticks([low, high]) {
  const rough = (high - low) / 8, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step), count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(9)));
}

const between = (low, x, high) => Math.min(Math.max(x, low), high);
const written = (x, digits) => (digits === undefined ? `${x}` : x.toFixed(digits)).replace("-", "−");

// ---- the explorer --------------------------------------------------------------------------------

class Explorer {
  constructor(model, root) {
    Object.assign(this, { model, root, settings: model.get("settings"), at: model.get("position"), ends: [] });
    this.decode = makeDecoder(this.settings.layers, floats(model.get("weights")));
    this.build();
    this.drawPoints();
    this.listen();
    this.moveTo(this.at);
    this.showWalk();
  }

  build() {
    const { root, settings: { words, title, names, colours, language } } = this;
    root.classList.add("aecourse-widget", "aecourse-explorer");
    root.lang = language;
    root.dataset.lmSuppressShortcuts = ""; // the arrow keys are ours, not JupyterLab's
    this.plane = make("canvas", { className: "plane", width: 2 * SIDE, height: 2 * SIDE, tabIndex: 0,
                                  role: "application", ariaLabel: `${title}. ${words.keys}` });
    this.picture = make("canvas", { className: "picture", role: "img", ariaLabel: words.picture });
    this.coordinates = make("output", { className: "coordinates", ariaLive: "off" }); // it changes with every move
    this.said = make("div", { className: "said", role: "status" });
    const items = names.map((name, i) => make("li", {}, make("i", { style: `background: ${colours[i]}` }), name));
    this.hint = make("span", {});
    this.clear = make("button", { type: "button" }, words.clear);
    this.strip = make("div", { className: "strip" });
    root.replaceChildren(
      make("div", { className: "title" }, title),
      make("div", { className: "stage" },
        make("div", { className: "map" }, this.plane, this.overlay()),
        make("div", { className: "side" },
          make("div", {}, this.picture, this.coordinates),
          make("ul", { ariaLabel: words.classes }, ...items))),
      make("div", { className: "bar" }, this.hint, this.clear),
      this.strip, make("div", { className: "keys" }, words.keys), this.said);
  }

  /** What lies over the points: axes, circles, the walk, and the ring around the point that is decoded. */
  overlay() {
    const { limits, prior, words } = this.settings, middle = PLOT / 2, end = PLOT + 14;
    const across = ticks(limits[0]).map((x) => [this.toScreen([x, 0])[0], written(x)]);
    const up = ticks(limits[1]).map((y) => [this.toScreen([0, y])[1], written(y)]);
    const [x, y] = this.toScreen([0, 0]), [right, top] = this.toScreen([1, 1]);
    this.walk = draw("g", { class: "walk" });
    this.tips = draw("g", { class: "tips" });
    this.ring = draw("g", { class: "ring" }, draw("circle", { r: 8 }), draw("circle", { r: 8 }));
    return draw("svg", { viewBox: `${-LEFT} ${-TOP} ${SIDE} ${SIDE}`, "aria-hidden": true },
      ...across.map(([x, text]) => draw("text", { x, y: end }, text)),
      ...up.map(([y, text]) => draw("text", { x: -7, y, class: "up" }, text)),
      draw("text", { x: middle, y: end + 20 }, `${words.latent}1`),
      draw("text", { transform: `translate(-48 ${middle}) rotate(-90)` }, `${words.latent}2`),
      draw("svg", { width: PLOT, height: PLOT },
        ...across.map(([x]) => draw("line", { x1: x, x2: x, y2: PLOT })),
        ...up.map(([y]) => draw("line", { y1: y, y2: y, x2: PLOT })),
        ...(prior ? [1, 2, 3] : []).map((sigma) =>
          draw("ellipse", { cx: x, cy: y, rx: sigma * (right - x), ry: sigma * (y - top) })),
        this.walk, this.ring, this.tips));
  }

  drawPoints() {
    const { colours } = this.settings;
    const points = floats(this.model.get("points")), labels = bytes(this.model.get("labels"));
    const pen = this.plane.getContext("2d"), radius = between(1.3, Math.sqrt(14_000 / labels.length), 4);
    pen.setTransform(2, 0, 0, 2, 2 * LEFT, 2 * TOP);
    pen.rect(0, 0, PLOT, PLOT);
    pen.clip();
    labels.forEach((label, i) => {
      const [x, y] = this.toScreen(points.subarray(2 * i));
      pen.fillStyle = colours[label];
      pen.beginPath();
      pen.arc(x, y, radius, 0, 7);
      pen.fill();
    });
  }

  listen() {
    const { model } = this, on = (name, call) => this.plane.addEventListener(name, call);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.hover(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => { this.held = null; });
    this.keys = (event) => { if (event.target === this.plane) this.key(event); };
    window.addEventListener("keydown", this.keys, true); // before Notebook 7, which takes the arrow keys for itself
    on("keyup", (event) => { if (ARROWS[event.key]) this.share(); });
    this.clear.addEventListener("click", () => this.mark());
    this.listeners = {
      "change:position": () => this.moveTo(model.get("position")), "change:walk": () => this.showWalk() };
    for (const [name, call] of Object.entries(this.listeners)) model.on(name, call);
  }

  remove() {
    window.removeEventListener("keydown", this.keys, true);
    for (const [name, call] of Object.entries(this.listeners)) this.model.off(name, call);
  }

  // ---- coordinates: of the latent plane, of the square plot

  toScreen([x, y]) {
    const [[x0, x1], [y0, y1]] = this.settings.limits;
    return [PLOT * (x - x0) / (x1 - x0), PLOT * (y1 - y) / (y1 - y0)];
  }

  toLatent({ clientX, clientY }) {
    const { left, top, width } = this.plane.getBoundingClientRect(), scale = SIDE / width;
    const right = ((clientX - left) * scale - LEFT) / PLOT, up = 1 - ((clientY - top) * scale - TOP) / PLOT;
    return this.settings.limits.map(([low, high], i) => low + between(0, [right, up][i], 1) * (high - low));
  }

  // ---- what the reader does

  press(event) {
    if (event.button || !event.isPrimary) return;
    this.plane.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY, dragged: false };
    this.hover(event);
  }

  hover(event) {
    if (!event.isPrimary) return;
    const slip = event.pointerType === "mouse" ? 4 : 12; // CSS pixels by which a click may move
    const { held } = this;
    if (held && Math.hypot(event.clientX - held.x, event.clientY - held.y) > slip) held.dragged = true;
    this.moveTo(this.toLatent(event));
  }

  release(event) {
    if (!this.held || !event.isPrimary) return;
    if (!this.held.dragged) this.mark(this.at);
    this.held = null;
    this.share();
  }

  key(event) {
    const arrow = ARROWS[event.key], share = event.shiftKey ? 0.05 : 0.01;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow) {
      this.moveTo(this.settings.limits.map(([low, high], i) =>
        between(low, this.at[i] + arrow[i] * share * (high - low), high)));
    } else if (event.key === "Enter" || event.key === " ") this.mark(this.at);
    else if (event.key === "Escape") this.mark();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Set A, then B, then A anew; without a point: clear. */
  mark(point) {
    this.ends = point ? [...(this.ends.length === 1 ? this.ends : []), point] : [];
    const [a, b] = this.ends, shares = Array.from({ length: STEPS }, (_, i) => i / (STEPS - 1));
    this.model.set("walk", b ? shares.map((share) => a.map((from, i) => (1 - share) * from + share * b[i])) : []);
    this.model.save_changes();
    this.showWalk();
  }

  /** Tell Python where the point is: only when it comes to rest, so that nothing waits for a kernel. */
  share() {
    this.said.textContent = this.coordinates.textContent; // for who cannot see it
    this.model.set("position", [...this.at]);
    this.model.save_changes();
  }

  // ---- what the reader sees

  moveTo(point) {
    const { shape, low, digits } = this.settings;
    this.at = point;
    paint(this.picture, this.decode(point), shape, low);
    this.coordinates.textContent = `z = (${point.map((x, i) => written(x, digits[i])).join(", ")})`;
    this.ring.setAttribute("transform", `translate(${this.toScreen(point)})`);
  }

  showWalk() {
    const walk = this.model.get("walk");
    if (walk.length) this.ends = [walk[0], walk.at(-1)];
    else if (this.ends.length === 2) this.ends = [];
    const { words } = this.settings;
    this.hint.textContent = [words.start, words.end, words.walk][this.ends.length];
    if (this.ends.length) this.said.textContent = this.hint.textContent;
    this.clear.disabled = !this.ends.length;
    const steps = walk.length ? walk : Array(STEPS).fill(); // empty pictures until there is a walk
    this.strip.replaceChildren(...steps.map((z, i) => this.step(z, i, steps.length)));
    const points = walk.map((z) => this.toScreen(z));
    this.walk.replaceChildren(
      draw("polyline", { points }), draw("polyline", { points }),
      ...points.map(([cx, cy]) => draw("circle", { cx, cy, r: 3.5 })));
    this.tips.replaceChildren(...this.ends.map((z, i) => draw("g", { transform: `translate(${this.toScreen(z)})` },
      draw("circle", { r: 10 }), draw("text", {}, "AB"[i]))));
  }

  step(z, number, count) {
    const { shape, low, words } = this.settings, name = { 0: "A", [count - 1]: "B" }[number] ?? "";
    const canvas = make("canvas", { width: shape[2], height: shape[1] });
    if (z) paint(canvas, this.decode(z), shape, low);
    Object.assign(canvas, { role: "img", ariaLabel: `${words.picture} ${number + 1} / ${count}`, ariaHidden: !z });
    return make("figure", {}, canvas, make("figcaption", {}, z ? name : ""));
  }
}

function render({ model, el }) {
  const explorer = new Explorer(model, el);
  return () => explorer.remove();
}

/** The explorer in a page of its own, where `state` stands in for the kernel's model. */
export function alone(state, el) {
  const listeners = new Map();
  const get = (name) => state[name], on = (name, call) => listeners.set(name, call);
  const set = (name, value) => { state[name] = value; listeners.get(`change:${name}`)?.(); };
  return render({ el, model: { get, set, on, off: (name) => listeners.delete(name), save_changes() {} } });
}

export default { render };
