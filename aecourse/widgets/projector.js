// The projector: points on a canvas, picked by pointer or keys, with their thumbnails.
const state = JSON.parse(document.querySelector("[type='application/json']").textContent);
const {words, names, colours, thumbnails} = state;
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const labels = bytes(state.labels), count = labels.length;
const views = state.views.map(view => {                    // x, y, z of every point, and behind them of every class's median
  const points = new Float32Array(bytes(view.points).buffer);
  const all = new Float32Array(points.length + 3 * names.length);
  all.set(points);
  names.forEach((_, label) => all.set(median(points, label), points.length + 3 * label));
  return {...view, points: all};
});
const get = selector => document.querySelector(selector);
const plane = get("#plane"), pen = plane.getContext("2d"), card = get("#card"), thumb = get("#card canvas");
const sprite = new Image();
sprite.src = thumbnails.sheet;

let view = 0, from = views[0].points, fromTurn = 0, started = -1e9;   // the transition: from here to the view
let zoom = 1, panX = 0, panY = 0, yaw = 0.5, pitch = 0.35, pinned = -1, hovered = -1, waiting = false, matches = null,
    named = true;
const members = names.map((_, label) => labels.reduce((sum, one) => sum + (one === label), 0));
const hidden = names.map(() => false), all = count + names.length,
      screen = new Float32Array(2 * all), DURATION = 700;

function median(points, label) {                           // of a class: where its name stands
  const members = [...labels.keys()].filter(i => labels[i] === label);
  return [0, 1, 2].map(axis => members.map(i => points[3 * i + axis]).sort((a, b) => a - b)[members.length >> 1] ?? 0);
}

// ---- drawing
function progress() {                                      // of the transition: 0 to 1, slow at both ends
  const share = Math.min((performance.now() - started) / DURATION, 1);
  return share * share * (3 - 2 * share);
}
function turn(ease) {                                      // 1 in a view of three dimensions, 0 in a flat one
  return fromTurn + ((views[view].dimensions === 3) - fromTurn) * ease;
}
function project() {                                       // every point onto the screen
  const ease = progress(), to = views[view].points, a = yaw * turn(ease), b = pitch * turn(ease);
  const ca = Math.cos(a), sa = Math.sin(a), cb = Math.cos(b), sb = Math.sin(b);
  const size = 0.46 * Math.min(plane.clientWidth, plane.clientHeight) * zoom;
  const middleX = plane.clientWidth / 2 + panX, middleY = plane.clientHeight / 2 + panY;
  for (let i = 0, j = 0; i < all; i++, j += 3) {
    const x = from[j] + (to[j] - from[j]) * ease, y = from[j + 1] + (to[j + 1] - from[j + 1]) * ease;
    const z = from[j + 2] + (to[j + 2] - from[j + 2]) * ease, far = z * ca - x * sa;
    screen[2 * i] = middleX + size * (x * ca + z * sa);
    screen[2 * i + 1] = middleY - size * (y * cb - far * sb);
  }
  return ease < 1;
}

function draw() {
  waiting = false;
  const ratio = devicePixelRatio || 1, wide = plane.clientWidth, high = plane.clientHeight;
  if (plane.width !== Math.round(wide * ratio) || plane.height !== Math.round(high * ratio)) {
    plane.width = Math.round(wide * ratio);
    plane.height = Math.round(high * ratio);
  }
  const moving = project();
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, wide, high);
  const dot = Math.min(7, Math.max(2.5, 260 / Math.sqrt(count) * Math.sqrt(zoom)));
  for (let label = 0; label < names.length; label++) {
    if (hidden[label]) continue;
    pen.fillStyle = colours[label];
    pen.globalAlpha = matches && !matches[label] ? 0.08 : 1;
    for (let i = 0; i < count; i++)
      if (labels[i] === label) pen.fillRect(screen[2 * i] - dot / 2, screen[2 * i + 1] - dot / 2, dot, dot);
  }
  pen.globalAlpha = 1;
  if (named) nameClasses();
  for (const index of new Set([pinned, hovered])) if (index >= 0 && !hidden[labels[index]]) ring(index, dot + 1);
  show(pinned >= 0 ? pinned : hovered);
  if (moving) later();
}

function later() { if (!waiting) { waiting = true; requestAnimationFrame(draw); } }

function nameClasses() {                                   // each at its class's median, lower where another stands there
  const {color, backgroundColor} = getComputedStyle(document.body), placed = [];
  pen.font = "600 14px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  names.forEach((name, label) => {
    if (hidden[label] || !members[label] || matches && !matches[label]) return;
    const text = name.length > 20 ? `${name.slice(0, 19)}…` : name, wide = pen.measureText(text).width + 12, high = 22;
    let [x, y] = screen.subarray(2 * (count + label));
    for (let moved = true; moved;) {
      const other = placed.find(one => Math.abs(one.x - x) < (one.wide + wide) / 2 && Math.abs(one.y - y) < high);
      moved = Boolean(other);
      if (moved) y = other.y + high + 1;
    }
    placed.push({x, y, wide});
    pen.fillStyle = backgroundColor;
    pen.strokeStyle = colours[label];
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.roundRect(x - wide / 2, y - high / 2, wide, high, 6);
    pen.fill();
    pen.stroke();
    pen.fillStyle = color;
    pen.fillText(text, x, y + 1);
  });
}

function ring(index, half) {                               // around a point, in ink on a rim of paper
  const {color, backgroundColor} = getComputedStyle(document.body);
  for (const [width, style] of [[6, backgroundColor], [2.5, color]]) {
    pen.lineWidth = width;
    pen.strokeStyle = style;
    pen.strokeRect(screen[2 * index] - half, screen[2 * index + 1] - half, 2 * half, 2 * half);
  }
}

function show(index) {                                     // the card of one point: thumbnail, class, number
  card.hidden = index < 0 || hidden[labels[index]];
  if (card.hidden) return;
  const x = screen[2 * index], y = screen[2 * index + 1], {width, height, columns} = thumbnails;
  thumb.width = width;
  thumb.height = height;
  thumb.getContext("2d").drawImage(sprite, index % columns * width, Math.floor(index / columns) * height, width, height,
                                   0, 0, width, height);
  get("#card b").textContent = `${names[labels[index]]} · ${index}`;
  card.style.left = `${Math.max(4, Math.min(x + 14, plane.clientWidth - 134))}px`;
  card.style.top = `${Math.max(4, Math.min(y + 14, plane.clientHeight - 156))}px`;
}

function nearest(x, y, reach = 14) {                       // the point under the pointer, or -1
  let best = -1, least = reach * reach;
  for (let i = 0; i < count; i++) {
    const distance = (screen[2 * i] - x) ** 2 + (screen[2 * i + 1] - y) ** 2;
    if (distance < least && visible(i)) { best = i; least = distance; }
  }
  return best;
}
const visible = index => !hidden[labels[index]] && !(matches && !matches[labels[index]]);

// ---- points picked by keys
function towards([right, down]) {                          // the nearest point in a direction, at most 45 degrees off, or -1
  let best = -1, least = Infinity;
  const x = screen[2 * hovered], y = screen[2 * hovered + 1];
  for (let i = 0; i < count; i++) {
    const dx = screen[2 * i] - x, dy = screen[2 * i + 1] - y, ahead = dx * right + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * right), cost = ahead + 2 * aside;
    if (i !== hovered && ahead > 0 && aside <= ahead && cost < least && visible(i)) { best = i; least = cost; }
  }
  return best;
}
function along(step) {                                     // the next point by its number, round the end
  for (let i = 1, index = hovered; i <= count; i++) {
    index = index < 0 ? (step > 0 ? 0 : count - 1) : (index + step + count) % count;
    if (visible(index)) return index;
  }
  return -1;
}
function pick(index) {
  if (index < 0) return;
  hovered = index;
  const middle = [plane.clientWidth / 2, plane.clientHeight / 2], at = screen.subarray(2 * index, 2 * index + 2);
  if (at.some((value, axis) => value < 20 || value > 2 * middle[axis] - 20)) {   // out of sight: into the middle
    panX += middle[0] - at[0];
    panY += middle[1] - at[1];
  }
  say(index);
  later();
}
function say(index) {                                      // for who cannot see the card: class, number, coordinates, neighbours
  const {points, centre, scale, dimensions} = views[view], at = i => points.subarray(3 * i, 3 * i + dimensions);
  const here = at(index), others = [...labels.keys()].filter(i => i !== index && visible(i));
  const far = others.map(i => Math.hypot(...at(i).map((value, axis) => value - here[axis])));
  const near = [...far.keys()].sort((a, b) => far[a] - far[b]).slice(0, 5).map(k => names[labels[others[k]]]);
  const where = [...here].map((value, axis) => (value * scale + centre[axis]).toPrecision(3)).join(", ");
  const parts = {name: names[labels[index]], n: index, where, near: near.join(", "),
                 pinned: index === pinned ? words.pinned : ""};
  get("#said").textContent = words.said.replace(/\{(\w+)\}/g, (_, part) => parts[part]);
}
function pin(index) {
  if (index < 0) return;
  pinned = index === pinned ? -1 : index;
  say(index);
  later();
}
function release() {
  pinned = hovered = -1;
  get("#said").textContent = "";
  later();
}

// ---- pointer, wheel and keys
const pointers = new Map();
let moved = 0;
function zoomAt(x, y, factor) {
  const next = Math.min(200, Math.max(0.3, zoom * factor)), cx = x - plane.clientWidth / 2, cy = y - plane.clientHeight / 2;
  panX = cx - (cx - panX) * next / zoom;
  panY = cy - (cy - panY) * next / zoom;
  zoom = next;
  later();
}
function shift(dx, dy, pan) {
  if (views[view].dimensions === 3 && !pan) { yaw += dx / 150; pitch = Math.min(1.57, Math.max(-1.57, pitch + dy / 150)); }
  else { panX += dx; panY += dy; }
  later();
}
plane.addEventListener("pointerdown", event => {
  pointers.set(event.pointerId, event);
  try { plane.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
  moved = 0;
});
plane.addEventListener("pointermove", event => {
  const before = pointers.get(event.pointerId);
  if (!before) { hovered = nearest(event.offsetX, event.offsetY); return later(); }
  const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
  moved += Math.abs(dx) + Math.abs(dy);
  if (pointers.size === 2) {                               // pinch: zoom about the other finger
    const [other] = [...pointers.values()].filter(pointer => pointer.pointerId !== event.pointerId);
    const far = pointer => Math.hypot(pointer.clientX - other.clientX, pointer.clientY - other.clientY);
    zoomAt(other.offsetX, other.offsetY, far(event) / Math.max(far(before), 1));
  } else shift(dx, dy, event.shiftKey);
  pointers.set(event.pointerId, event);
});
function lift(event) {
  if (pointers.delete(event.pointerId) && moved < 5 && event.type === "pointerup") {   // a click or a tap pins a point
    const index = nearest(event.offsetX, event.offsetY);
    if (index < 0) release(); else pin(index);
  }
}
plane.addEventListener("pointerup", lift);
plane.addEventListener("pointercancel", lift);
plane.addEventListener("pointerleave", () => { hovered = -1; later(); });
plane.addEventListener("wheel", event => {
  event.preventDefault();
  zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY / 400));
}, {passive: false});
plane.addEventListener("keydown", event => {
  const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  const step = {PageDown: 1, PageUp: -1}[event.key];
  if (event.altKey || event.metaKey) return;
  if (arrow && (event.shiftKey || event.ctrlKey)) shift(...arrow.map(part => 30 * part), event.ctrlKey);
  else if (arrow) pick(hovered < 0 ? nearest(plane.clientWidth / 2, plane.clientHeight / 2, 1e9) : towards(arrow));
  else if (step) pick(along(step));
  else if (event.key === "+" || event.key === "-")
    zoomAt(plane.clientWidth / 2, plane.clientHeight / 2, event.key === "+" ? 1.25 : 0.8);
  else if (event.key === "Enter" || event.key === " ") pin(hovered);
  else if (event.key === "Escape") release();
  else return;
  event.preventDefault();
});

// ---- buttons
function button(parent, text, pressed, act) {
  const made = document.createElement("button");
  made.append(text);
  made.setAttribute("aria-pressed", pressed);
  made.addEventListener("click", () => { act(made); later(); });
  parent.append(made);
  return made;
}
const viewButtons = views.map((one, index) => button(get(".views"), one.name, index === 0, () => {
  if (index === view) return;
  const ease = progress(), to = views[view].points, now = turn(ease);
  from = from.map((value, i) => value + (to[i] - value) * ease);    // where the points are now
  fromTurn = now;
  view = index;
  started = performance.now();
  viewButtons.forEach((other, k) => other.setAttribute("aria-pressed", k === index));
}));
const classButtons = names.map((name, label) => {
  const made = button(get(".legend"), name, true, self => {
    hidden[label] = !hidden[label];
    self.setAttribute("aria-pressed", !hidden[label]);
  });
  made.prepend(Object.assign(document.createElement("i"), {style: `background:${colours[label]}`}));
  return made;
});
const search = get("input");
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  matches = wanted ? names.map(name => name.toLowerCase().includes(wanted)) : null;
  const many = matches ? labels.reduce((sum, label) => sum + matches[label], 0) : 0;
  get("output").textContent = matches ? words.count.replace("{n}", many) : "";
  later();
});
get("#reset").addEventListener("click", () => {
  zoom = 1; panX = panY = 0; yaw = 0.5; pitch = 0.35; search.value = "";
  hidden.fill(false);
  classButtons.forEach(one => one.setAttribute("aria-pressed", true));
  release();
  search.dispatchEvent(new Event("input"));
});
const nameButton = get("#names");
nameButton.addEventListener("click", () => { named = !named; nameButton.setAttribute("aria-pressed", named); later(); });
nameButton.setAttribute("aria-pressed", named);
nameButton.textContent = words.names;
get("h1").textContent = state.title;
get("#reset").textContent = words.reset;
get("#help").textContent = words.help;
search.placeholder = words.search;
search.setAttribute("aria-label", words.search);
plane.setAttribute("aria-label", `${state.title}. ${words.plane}`);
get(".views").setAttribute("aria-label", words.views);
get(".legend").setAttribute("aria-label", words.classes);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later);
new ResizeObserver(later).observe(plane);
sprite.onload = later;
window.projector = {screen: screen.subarray(0, 2 * count), draw};                         // for whoever wants to look in from the console
later();
