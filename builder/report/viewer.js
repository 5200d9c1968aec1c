// The stack in 3D: orthographic, painter's algorithm on a 2D canvas with one drawn sphere per colour. No WebGL, so it works
// everywhere; six thousand atoms turn smoothly.
"use strict";
function decodeFrame(frame) {
  const bytes = Uint8Array.from(atob(frame.positions), c => c.charCodeAt(0));
  const words = new DataView(bytes.buffer), n = bytes.length / 6, r = new Float32Array(3 * n), h = frame.cell;
  for (let i = 0; i < n; ++i) {
    const s = [0, 1, 2].map(k => words.getUint16(6 * i + 2 * k, true) / 65535 * frame.span[k] + frame.low[k]);
    for (let k = 0; k < 3; ++k) r[3 * i + k] = s[0] * h[0][k] + s[1] * h[1][k] + s[2] * h[2][k];
  }
  return r;
}

function makeViewer(holder, scene) {
  const tools = document.createElement("div"), canvas = document.createElement("canvas"), legend = document.createElement("div");
  holder.className = "viewer"; tools.className = "tools"; legend.className = "legend";
  holder.append(tools, canvas, legend);
  const context = canvas.getContext("2d");
  const frames = scene.frames.map(decodeFrame);
  let frame = 0, by = scene.layers.length > 1 ? "layer" : "element", size = 0.55, zoom = 1, turn = [], hidden = new Set(), sprites = {};
  const views = { a: [[0, 1, 0], [0, 0, 1]], b: [[-1, 0, 0], [0, 0, 1]], c: [[1, 0, 0], [0, 1, 0]] };
  const cross = (u, v) => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const view = (right, up) => { turn = [right, up, cross(right, up)]; };
  view(...views.a);
  const kinds = () => by === "layer" ? scene.layers : scene.elements;
  const kindOf = i => by === "layer" ? scene.layer_of[i] : scene.element_of[i];
  const colorOf = k => by === "layer" ? scene.layer_colors[k] : scene.element_colors[k];

  function sprite(color, radius) {
    const key = color + radius;
    if (sprites[key]) return sprites[key];
    const s = document.createElement("canvas"), d = 2 * radius + 2;
    s.width = s.height = d;
    const g = s.getContext("2d"), shade = g.createRadialGradient(d * 0.38, d * 0.34, radius * 0.1, d / 2, d / 2, radius);
    const mix = (c, t, w) => "#" + [1, 3, 5].map(k => Math.round(parseInt(c.slice(k, k + 2), 16) * (1 - w) + t * w).toString(16).padStart(2, "0")).join("");
    shade.addColorStop(0, mix(color, 255, 0.55)); shade.addColorStop(0.55, color); shade.addColorStop(1, mix(color, 0, 0.45));
    g.fillStyle = shade;
    g.beginPath(); g.arc(d / 2, d / 2, radius, 0, 7); g.fill();
    return sprites[key] = s;
  }

  function draw() {
    const scale = window.devicePixelRatio || 1, W = canvas.clientWidth, H = canvas.clientHeight;
    canvas.width = W * scale; canvas.height = H * scale;
    context.fillStyle = "#ffffff"; context.fillRect(0, 0, canvas.width, canvas.height);
    const r = frames[frame], h = scene.frames[frame].cell, n = r.length / 3;
    const middle = [0, 1, 2].map(k => 0.5 * (h[0][k] + h[1][k] + h[2][k]));
    const corners = [];
    for (let m = 0; m < 8; ++m) corners.push([0, 1, 2].map(k => (m & 1 ? h[0][k] : 0) + (m & 2 ? h[1][k] : 0) + (m & 4 ? h[2][k] : 0) - middle[k]));
    const reach = [0, 1].map(row => Math.max(...corners.map(c => Math.abs(turn[row][0] * c[0] + turn[row][1] * c[1] + turn[row][2] * c[2]))) + 2);
    const unit = Math.min(canvas.width / 2 / reach[0], canvas.height / 2 / reach[1]) * zoom;
    const project = v => [canvas.width / 2 + unit * (turn[0][0] * v[0] + turn[0][1] * v[1] + turn[0][2] * v[2]), canvas.height / 2 - unit * (turn[1][0] * v[0] + turn[1][1] * v[1] + turn[1][2] * v[2])];
    context.strokeStyle = "#8a96a3"; context.lineWidth = scale; context.beginPath();
    for (let m = 0; m < 8; ++m) for (const bit of [1, 2, 4]) if (!(m & bit)) { context.moveTo(...project(corners[m])); context.lineTo(...project(corners[m | bit])); }
    context.stroke();
    const depth = new Float32Array(n), order = [];
    for (let i = 0; i < n; ++i) {
      if (hidden.has(kindOf(i))) continue;
      depth[i] = turn[2][0] * r[3 * i] + turn[2][1] * r[3 * i + 1] + turn[2][2] * r[3 * i + 2];
      order.push(i);
    }
    order.sort((p, q) => depth[p] - depth[q]);
    for (const i of order) {
      const at = project([r[3 * i] - middle[0], r[3 * i + 1] - middle[1], r[3 * i + 2] - middle[2]]);
      const s = sprite(colorOf(kindOf(i)), Math.max(2, Math.round(unit * size * scene.radii[scene.element_of[i]])));
      context.drawImage(s, at[0] - s.width / 2, at[1] - s.height / 2);
    }
  }

  function rotate(dx, dy) {
    const spin = (u, v, t) => [u.map((x, k) => x * Math.cos(t) + v[k] * Math.sin(t)), v.map((x, k) => x * Math.cos(t) - u[k] * Math.sin(t))];
    [turn[2], turn[0]] = spin(turn[2], turn[0], -dx);
    [turn[1], turn[2]] = spin(turn[1], turn[2], -dy);
  }
  let pending = false;
  const later = () => { if (!pending) { pending = true; requestAnimationFrame(() => { pending = false; draw(); }); } };
  let held = null;
  canvas.onpointerdown = e => { held = [e.clientX, e.clientY]; canvas.setPointerCapture(e.pointerId); };
  canvas.onpointermove = e => { if (held) { rotate((e.clientX - held[0]) * 0.008, (e.clientY - held[1]) * 0.008); held = [e.clientX, e.clientY]; later(); } };
  canvas.onpointerup = () => { held = null; };
  canvas.addEventListener("wheel", e => { e.preventDefault(); zoom = Math.min(20, Math.max(0.3, zoom * Math.exp(-0.0012 * e.deltaY))); later(); }, { passive: false });

  function choice(title, names, now, choose) {
    const box = document.createElement("span");
    box.append(title + " ");
    names.forEach((name, k) => {
      const button = document.createElement("button");
      button.textContent = name;
      button.className = k === now ? "on" : "";
      button.onclick = () => { for (const b of box.querySelectorAll("button")) b.className = b === button ? "on" : ""; choose(k); later(); };
      box.append(button, " ");
    });
    tools.appendChild(box);
  }
  function drawLegend() {
    legend.textContent = "";
    kinds().forEach((name, k) => {
      const button = document.createElement("button"), swatch = document.createElement("span");
      swatch.className = "swatch dot"; swatch.style.background = colorOf(k);
      button.append(swatch, name);
      button.onclick = () => { hidden.has(k) ? hidden.delete(k) : hidden.add(k); button.classList.toggle("off"); later(); };
      legend.appendChild(button);
    });
  }
  if (frames.length > 1) choice("show", scene.frames.map(f => f.name), 0, k => { frame = k; });
  if (scene.layers.length > 1) choice("colour by", ["layer", "element"], 0, k => { by = k ? "element" : "layer"; hidden.clear(); drawLegend(); });
  choice("look along", ["a", "b", "c"], 0, k => { zoom = 1; view(...views["abc"[k]]); });
  choice("atoms", ["small", "medium", "large"], 1, k => { size = [0.3, 0.55, 0.9][k]; });
  tools.append("drag to turn, wheel to zoom, click a name to hide it");
  drawLegend();
  draw();
  new ResizeObserver(later).observe(canvas);
}

const pageData = JSON.parse(document.getElementById("data").textContent);
for (const holder of document.querySelectorAll("[data-chart]")) drawChart(holder, pageData.charts[holder.dataset.chart]);
const viewerHolder = document.getElementById("viewer");
if (viewerHolder && pageData.scene) makeViewer(viewerHolder, pageData.scene);
document.documentElement.dataset.ready = "yes";
