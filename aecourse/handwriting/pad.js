// The draw pad: paper to draw one digit on, and beside it ten digits in the same hand.
// One module that imports nothing: anywidget loads it in a notebook.

const SIDE = 280; // the paper in its own units, and the saved picture in pixels
const PATIENCE = 8; // seconds until the page says that nobody answers
const PEN = 16; // width of a mouse's ink, in those units: shrunk to 20 x 20 about as thick as in MNIST

// ---- ink -----------------------------------------------------------------------------------------

/** One stroke: curves through the middles between its points [x, y, pressure], each with its own width. */
function drawStroke(pen, points) {
  let [fromX, fromY] = points[0], pressure;
  points.forEach(([x, y, newPressure], i) => {
    if (newPressure !== pressure) { // one path has one width
      if (i) pen.stroke();
      pressure = newPressure;
      pen.lineWidth = PEN * (0.5 + pressure);
      pen.beginPath();
      pen.moveTo(fromX, fromY);
    }
    const next = points[i + 1], dot = points.length > 1 ? 0 : 0.1; // a dot has a length, too
    [fromX, fromY] = next ? [(x + next[0]) / 2, (y + next[1]) / 2] : [x + dot, y];
    if (i) pen.quadraticCurveTo(x, y, fromX, fromY);
    else pen.lineTo(fromX, fromY);
  });
  pen.stroke();
}

/** White paper, a picture on it if there is one, and the strokes, on a canvas of so many pixels each way. */
function paint(canvas, pixels, strokes, photo) {
  if (canvas.width !== pixels || canvas.height !== pixels) canvas.width = canvas.height = pixels;
  const pen = canvas.getContext("2d");
  pen.setTransform(pixels / SIDE, 0, 0, pixels / SIDE, 0, 0);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, SIDE, SIDE);
  if (photo) pen.drawImage(photo, 0, 0, SIDE, SIDE);
  Object.assign(pen, { lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  for (const points of strokes) drawStroke(pen, points);
}

/** The strokes as a PNG in base64, whatever the screen's resolution. */
function pngOf(strokes) {
  const canvas = document.createElement("canvas");
  paint(canvas, SIDE, strokes);
  return canvas.toDataURL("image/png").split(",")[1];
}

/** A file's bytes in base64. */
function base64Of(file) {
  return new Promise((done, fail) => {
    const reader = Object.assign(new FileReader(), { onload: () => done(reader.result.split(",")[1] ?? ""), onerror: fail });
    reader.readAsDataURL(file);
  });
}

/** A new element; text enters as text only. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const source = (png) => `data:image/png;base64,${png}`;
const round = (x, digits) => Number(x.toFixed(digits));

// ---- the pad -------------------------------------------------------------------------------------

class Pad {
  constructor(model, root) {
    Object.assign(this, { model, root, stroke: null, photo: null, earlier: [], sent: 0 });
    this.name = Math.random().toString(36).slice(2); // so that the numbers of two views differ
    this.build();
    this.listen();
    this.showDrawing();
    this.showAnswer();
  }

  build() {
    const { words, language, reads } = this.model.get("settings"), { root } = this;
    const button = (text, call) => {
      const element = make("button", { type: "button" }, text);
      element.addEventListener("click", call);
      return element;
    };
    root.classList.add("aecourse-widget", "aecourse-pad");
    root.lang = language;
    root.dataset.lmSuppressShortcuts = ""; // the digit keys are ours, not JupyterLab's
    this.paper = make("canvas", { className: "paper", tabIndex: 0, role: "img", ariaLabel: words.paper });
    this.undo = button(words.undo, () => this.takeBack());
    this.clear = button(words.clear, () => this.wipe());
    this.file = make("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.upload() });
    this.use = button(words.use, () => this.file.click());
    this.labels = Array.from({ length: 10 }, (_, digit) => button(`${digit}`, () => this.choose(digit)));
    this.digits = make("img", { alt: words.digits });
    this.waiting = make("span", {}, words.waiting);
    this.sheet = make("div", { className: "sheet", hidden: !reads }, this.waiting, this.digits);
    this.message = make("div", { className: "message" });
    this.question = make("div", { className: "question" });
    const status = make("div", { className: "status", role: "status" }, this.message, this.question);
    const chooser = make("div", { className: "labels", role: "group", ariaLabel: words.drew }, ...this.labels);
    root.replaceChildren(
      make("div", { className: "title" }, words.title),
      make("div", { className: "stage" },
        make("div", { className: "left" }, this.paper, make("div", { className: "bar" }, this.undo, this.clear, this.use, this.file)),
        make("div", { className: "right" },
          make("div", { className: "chooser" }, make("span", {}, words.drew), chooser),
          this.sheet, status)),
      make("div", { className: "keys" }, words.keys));
  }

  listen() {
    const { model, paper } = this, on = (name, call, options) => paper.addEventListener(name, call, options);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", (event) => this.cancel(event));
    on("touchmove", (event) => event.preventDefault(), { passive: false }); // for browsers that scroll nevertheless
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.draw()); // the page took it in, or made it smaller
    this.sizes.observe(paper);
    this.handlers = { "change:drawing": () => { this.showDrawing(); this.showAnswer(); } };
    for (const name of ["answered", "digits", "message", "question"]) {
      this.handlers[`change:${name}`] = () => this.showAnswer();
    }
    for (const [name, call] of Object.entries(this.handlers)) model.on(name, call);
  }

  remove() {
    this.sizes.disconnect();
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    for (const [name, call] of Object.entries(this.handlers)) this.model.off(name, call);
  }

  // ---- what the student does

  press(event) {
    if (event.button || !event.isPrimary || (this.stroke && event.pointerId !== this.pointer)) return;
    this.pointer = event.pointerId;
    this.paper.setPointerCapture(event.pointerId);
    this.stroke = [];
    this.add(event);
  }

  move(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? []; // a pen reports more points than the screen shows frames
    for (const point of between.length ? between : [event]) this.add(point);
  }

  release(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    this.add(event, 0.5);
    const strokes = [...this.strokes, this.stroke];
    this.stroke = null;
    this.send(strokes);
  }

  /** The system took the pointer away: it was a palm, or a gesture of its own. */
  cancel(event) {
    if (event.pointerId !== this.pointer) return;
    this.stroke = null;
    this.showDrawing();
  }

  /** Append a point to the stroke, unless it is nearer than `gap` to the last one; more ink, wider gaps. */
  add({ clientX, clientY, pointerType, pressure }, gap = 2 + (this.count / 500) ** 2) {
    const { left, top, width } = this.paper.getBoundingClientRect(), last = this.stroke.at(-1);
    const x = round((clientX - left) * SIDE / width, 1), y = round((clientY - top) * SIDE / width, 1);
    if (last && Math.hypot(x - last[0], y - last[1]) < gap) return;
    const pressed = pointerType === "pen" && pressure ? pressure : last?.[2] ?? 0.5;
    this.stroke.push([x, y, round(last ? 0.7 * last[2] + 0.3 * pressed : pressed, 2)]);
    this.count += 1;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "z") this.takeBack();
    else if (/^[0-9]$/.test(event.key) && !command && !event.altKey) this.choose(Number(event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Take the last stroke back; on an empty paper, what was cleared or covered by a photograph comes back. */
  takeBack() {
    if (this.strokes.length) return this.send(this.strokes.slice(0, -1));
    const before = this.earlier.pop();
    if (before) this.send(before.strokes, before.png);
  }

  wipe() {
    this.remember();
    this.send([]);
  }

  remember() {
    const { strokes, photo, png } = this;
    if (strokes.length || photo) this.earlier.push({ strokes, png: photo ? png : "" });
  }

  choose(label) {
    this.label = label;
    this.send(this.strokes, this.photo ? this.png : "");
  }

  async upload() {
    const [file] = this.file.files, { words, largest } = this.model.get("settings");
    this.file.value = ""; // so that the same file can be chosen again
    if (!file) return;
    if (file.size > largest) return this.say(words.large);
    const content = await base64Of(file);
    this.remember();
    const number = this.expect();
    this.showAnswer();
    try {
      this.model.send({ number, label: this.label, name: file.name, content });
    } catch { /* the kernel is gone: no answer will come, and that will be said */ }
  }

  /** Tell Python, and every view of this pad, what is on the paper now. */
  send(strokes, photo = "") {
    const png = strokes.length ? pngOf(strokes) : photo;
    this.model.set("drawing", JSON.stringify({ number: this.expect(), label: this.label, strokes, png }));
    this.model.save_changes();
  }

  /** A new number, whose answer this view waits for. */
  expect() {
    this.sent += 1;
    return this.wait(`${this.name}-${this.sent}`);
  }

  /** Wait for the answer to a number: until it comes, nothing is saved. */
  wait(number = "") {
    if (number !== this.number) {
      clearTimeout(this.timer);
      this.late = false;
      this.timer = setTimeout(() => { this.late = true; this.showAnswer(); }, 1000 * PATIENCE);
    }
    return this.number = number;
  }

  // ---- what the student sees

  showDrawing() {
    const { number, label, strokes, png } = JSON.parse(this.model.get("drawing"));
    this.wait(number);
    Object.assign(this, { label, strokes, png, count: strokes.flat().length });
    this.photo = png && !strokes.length ? make("img", { src: source(png) }) : null;
    if (this.photo) this.photo.onload = () => this.draw();
    this.undo.disabled = !strokes.length && !this.earlier.length;
    this.clear.disabled = !strokes.length && !this.photo;
    this.labels.forEach((button, digit) => { button.setAttribute("aria-pressed", digit === label); });
    this.draw();
  }

  draw() {
    const pixels = Math.round(this.paper.clientWidth * devicePixelRatio), { photo, stroke } = this;
    const strokes = stroke ? [...this.strokes, stroke] : this.strokes;
    if (pixels) paint(this.paper, pixels, strokes, photo?.complete && !stroke ? photo : null);
  }

  /** Python's answer if it is about what was sent last, else that it is on its way, or that nobody answers. */
  showAnswer() {
    const { words } = this.model.get("settings"), answered = this.model.get("answered") === this.number;
    const lost = !answered && this.late;
    this.root.dataset.state = answered ? "answered" : lost ? "lost" : "saving";
    this.showDigits(lost ? "" : this.model.get("digits"));
    this.ask(answered ? this.model.get("question") : "");
    this.say(answered ? this.model.get("message") : lost ? words.lost : words.saving);
  }

  showDigits(digits) {
    this.sheet.classList.toggle("full", digits !== "");
    this.waiting.hidden = digits !== "";
    this.digits.hidden = digits === "";
    if (digits) this.digits.src = source(digits);
    else this.digits.removeAttribute("src");
  }

  /** Say something, unless it stands there: a screen reader says it once. */
  say(text) {
    if (this.message.textContent !== text) this.message.textContent = text;
  }

  /** Ask for another label, {text, choose, label} in JSON; no label, no button. */
  ask(question) {
    if (question === this.asked) return;
    this.asked = question;
    const { text = "", choose, label } = JSON.parse(question || "{}");
    const button = make("button", { type: "button", onclick: () => this.choose(label) }, choose ?? "");
    this.question.replaceChildren(...(text ? [make("span", {}, text)] : []), ...(choose ? [button] : []));
  }
}

function render({ model, el }) {
  const pad = new Pad(model, el);
  return () => pad.remove();
}

export default { render };
