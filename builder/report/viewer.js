// The stack in 3D by 3Dmol.js: orthographic, coloured by layer or element, with its box and the last frames of its runs.
"use strict";
function decodeFrame(frame) {
  const bytes = bytesOf(frame.positions);
  const words = new DataView(bytes.buffer), n = bytes.length / 6, h = frame.cell, positions = [];
  for (let i = 0; i < n; ++i) {
    const s = [0, 1, 2].map(k => words.getUint16(6 * i + 2 * k, true) / 65535 * frame.span[k] + frame.low[k]);
    positions.push([0, 1, 2].map(k => s[0] * h[0][k] + s[1] * h[1][k] + s[2] * h[2][k]));
  }
  return positions;
}

const cross = (u, v) => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
const dot = (u, v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];

// The quaternion (x, y, z, w) of the rotation that brings `right` to x and `up` to y.
function turned(right, up) {
  const m = [right, up, cross(right, up)];
  const w = 0.5 * Math.sqrt(Math.max(0, 1 + m[0][0] + m[1][1] + m[2][2]));
  if (w > 1e-6) return [(m[2][1] - m[1][2]) / (4 * w), (m[0][2] - m[2][0]) / (4 * w), (m[1][0] - m[0][1]) / (4 * w), w];
  const q = [0, 1, 2].map(k => Math.sqrt(Math.max(0, (1 + 2 * m[k][k] - m[0][0] - m[1][1] - m[2][2]) / 4)));
  if (m[1][0] + m[0][1] < 0) q[1] = -q[1];
  if (m[2][0] + m[0][2] < 0) q[2] = -q[2];
  return [...q, 0];
}

function corners(cell) {
  const all = [];
  for (let m = 0; m < 8; ++m) all.push([0, 1, 2].map(k => (m & 1 ? cell[0][k] : 0) + (m & 2 ? cell[1][k] : 0) + (m & 4 ? cell[2][k] : 0)));
  return all;
}

function makeViewer(holder, scene) {
  const tools = document.createElement("div"), stage = document.createElement("div"), legend = document.createElement("div");
  holder.className = "viewer"; tools.className = "tools"; stage.className = "stage"; legend.className = "legend";
  holder.append(tools, stage, legend);
  let viewer = null;
  try { viewer = $3Dmol.createViewer(stage, { backgroundColor: "white", orthographic: true, disableFog: true }); } catch (error) { viewer = null; }
  if (!viewer) { stage.className = "none"; stage.textContent = "This browser has no WebGL: the stack in 3D cannot be shown."; return; }
  const frames = scene.frames.map(decodeFrame), point = v => ({ x: v[0], y: v[1], z: v[2] }), layers = scene.layers.length ? scene.layers : [""];
  const views = { a: [[0, 1, 0], [0, 0, 1]], b: [[-1, 0, 0], [0, 0, 1]], c: [[1, 0, 0], [0, 1, 0]] };
  let frame = 0, by = scene.layers.length > 1 ? "layer" : "element", size = 0.55, axis = "a", hidden = new Set(), model = null;
  const kinds = () => by === "layer" ? scene.layers : scene.elements;
  const colorOf = k => by === "layer" ? scene.layer_colors[k] : scene.element_colors[k];

  function place() {
    viewer.removeAllModels();
    viewer.removeAllShapes();
    model = viewer.addModel();
    model.addAtoms(frames[frame].map((r, i) => ({ elem: scene.elements[scene.element_of[i]], x: r[0], y: r[1], z: r[2], serial: i, index: i, resi: scene.layers.length ? scene.layer_of[i] : 0, bonds: [], bondOrder: [] })));
    const box = corners(scene.frames[frame].cell);
    for (let m = 0; m < 8; ++m) for (const bit of [1, 2, 4]) if (!(m & bit)) viewer.addLine({ start: point(box[m]), end: point(box[m | bit]), color: "#8a96a3" });
  }
  function paint() {
    scene.elements.forEach((element, e) => layers.forEach((layer, l) => {
      const k = by === "layer" ? l : e;
      model.setStyle({ elem: element, resi: l }, hidden.has(k) ? {} : { sphere: { radius: size * scene.radii[e], color: colorOf(k) } });
    }));
    viewer.render();
  }
  function look() {
    const [right, up] = views[axis], box = corners(scene.frames[frame].cell), centre = [0, 1, 2].map(k => box.reduce((sum, c) => sum + c[k] / 8, 0));
    viewer.zoomTo();
    const view = viewer.getView();
    viewer.setView([-centre[0], -centre[1], -centre[2], view[3], ...turned(right, up)]);
    const reach = v => Math.max(...box.map(c => Math.abs(dot(v, c.map((x, k) => x - centre[k]))))) + 2, ball = Math.max(...box.map(c => Math.hypot(...c.map((x, k) => x - centre[k]))));
    viewer.zoom(1.18 * Math.min(ball / reach(up), ball / reach(right) * stage.clientWidth / stage.clientHeight));
  }
  function choice(title, names, now, choose) {
    const box = document.createElement("span");
    box.append(title + " ");
    names.forEach((name, k) => {
      const button = document.createElement("button");
      button.textContent = name;
      button.className = k === now ? "on" : "";
      button.onclick = () => { for (const b of box.querySelectorAll("button")) b.className = b === button ? "on" : ""; choose(k); };
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
      button.onclick = () => { hidden.has(k) ? hidden.delete(k) : hidden.add(k); button.classList.toggle("off"); paint(); };
      legend.appendChild(button);
    });
  }
  if (frames.length > 1) choice("show", scene.frames.map(f => f.name), 0, k => { frame = k; place(); paint(); });
  if (scene.layers.length > 1) choice("colour by", ["layer", "element"], 0, k => { by = k ? "element" : "layer"; hidden.clear(); drawLegend(); paint(); });
  choice("look along", ["a", "b", "c"], 0, k => { axis = "abc"[k]; look(); viewer.render(); });
  choice("atoms", ["small", "medium", "large"], 1, k => { size = [0.3, 0.55, 0.9][k]; paint(); });
  tools.append("drag to turn, wheel to zoom, click a name to hide it");
  drawLegend();
  place();
  look();
  paint();
  new ResizeObserver(() => { viewer.resize(); }).observe(stage);
}
