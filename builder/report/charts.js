// Line charts as SVG: axes with round ticks, a legend whose entries switch their series, a reading under the pointer.
"use strict";
const svgNode = (name, attributes, parent) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (parent) parent.appendChild(node);
  return node;
};

function niceTicks(low, high, wanted) {
  if (!(high > low)) { high = low + Math.max(1, Math.abs(low)) * 0.5; low -= Math.max(1, Math.abs(low)) * 0.5; }
  const raw = (high - low) / wanted, power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push(k * step);
  return { ticks, step };
}

function shortNumber(value, step) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(Math.max(0, Math.min(3, Math.round(Math.log10(size / (step || size)) )))).replace("e+", "e");
  const digits = step ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 3;
  return value.toFixed(Math.min(digits, 6));
}

function drawChart(holder, chart) {
  const W = 360, H = 250, left = 56, right = 10, top = 8, bottom = 42;
  const hidden = new Set();
  if (chart.title) { const t = document.createElement("div"); t.className = "title"; t.textContent = chart.title; holder.appendChild(t); }
  const svg = svgNode("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": (chart.title || "") + ": " + chart.y + " against " + chart.x }, holder);
  const legend = document.createElement("div");
  legend.className = "legend";
  if (chart.series.length > 1) holder.appendChild(legend);

  function draw() {
    svg.textContent = "";
    const shown = chart.series.filter((s, k) => !hidden.has(k));
    let x0 = Infinity, x1 = -Infinity, y0 = chart.y_from === undefined ? Infinity : chart.y_from, y1 = -Infinity;
    for (const s of shown) for (let k = 0; k < s.x.length; ++k) {
      if (s.y[k] === null) continue;
      const e = s.error ? s.error[k] || 0 : 0;
      x0 = Math.min(x0, s.x[k]); x1 = Math.max(x1, s.x[k]); y0 = Math.min(y0, s.y[k] - e); y1 = Math.max(y1, s.y[k] + e);
    }
    if (!(x1 >= x0)) { x0 = 0; x1 = 1; y0 = 0; y1 = 1; }
    if (chart.y_to !== undefined) y1 = Math.min(y1, chart.y_to);
    if (y1 === y0) { y1 += Math.abs(y1) * 0.1 || 1; if (y0 !== 0) y0 -= Math.abs(y0) * 0.1; }
    else { const pad = 0.06 * (y1 - y0); y1 += pad; if (y0 !== chart.y_from && y0 !== 0) y0 -= pad; }
    if (x1 === x0) { x1 += 1; x0 -= 1; }
    const points = chart.series.some(s => s.points);
    if (points) { const pad = 0.06 * (x1 - x0); x0 -= pad; x1 += pad; }
    const X = x => left + (x - x0) / (x1 - x0) * (W - left - right), Y = y => H - bottom - (y - y0) / (y1 - y0) * (H - top - bottom);
    const clip = "clip" + (drawChart.count = (drawChart.count || 0) + 1);
    svgNode("rect", { x: left, y: top, width: W - left - right, height: H - top - bottom }, svgNode("clipPath", { id: clip }, svg));
    const label = (x, y, text, extra) => { svgNode("text", Object.assign({ x, y, "font-size": 12, fill: "#5b6875" }, extra), svg).textContent = text; };
    const xt = niceTicks(x0, x1, 5), yt = niceTicks(y0, y1, 5);
    for (const t of xt.ticks) { svgNode("line", { x1: X(t), x2: X(t), y1: top, y2: H - bottom, stroke: "#eceff2" }, svg); label(X(t), H - bottom + 16, shortNumber(t, xt.step), { "text-anchor": "middle" }); }
    for (const t of yt.ticks) { svgNode("line", { x1: left, x2: W - right, y1: Y(t), y2: Y(t), stroke: "#eceff2" }, svg); label(left - 6, Y(t) + 4, shortNumber(t, yt.step), { "text-anchor": "end" }); }
    svgNode("path", { d: `M${left} ${top}V${H - bottom}H${W - right}`, fill: "none", stroke: "#8a96a3" }, svg);
    label((left + W - right) / 2, H - 8, chart.x, { "text-anchor": "middle", fill: "#1c2733" });
    label(0, 0, chart.y, { "text-anchor": "middle", fill: "#1c2733", transform: `translate(12 ${(top + H - bottom) / 2}) rotate(-90)` });
    const body = svgNode("g", { "clip-path": `url(#${clip})` }, svg);
    for (const s of shown) {
      let d = "", pen = false;
      for (let k = 0; k < s.x.length; ++k) {
        if (s.y[k] === null) { pen = false; continue; }
        d += (pen ? (s.steps ? `H${X(s.x[k]).toFixed(1)}V${Y(s.y[k]).toFixed(1)}` : "L") : "M") + (pen && s.steps ? "" : `${X(s.x[k]).toFixed(1)} ${Y(s.y[k]).toFixed(1)}`);
        pen = true;
      }
      svgNode("path", { d, fill: "none", stroke: s.color, "stroke-width": 1.7, "stroke-linejoin": "round", "stroke-dasharray": s.dash ? "5 4" : "none" }, body);
      if (s.points) for (let k = 0; k < s.x.length; ++k) {
        if (s.y[k] === null) continue;
        const e = s.error ? s.error[k] : 0;
        if (e) svgNode("path", { d: `M${X(s.x[k])} ${Y(s.y[k] - e)}V${Y(s.y[k] + e)}m-4 0h8M${X(s.x[k]) - 4} ${Y(s.y[k] - e)}h8`, stroke: s.color, fill: "none" }, body);
        svgNode("circle", { cx: X(s.x[k]), cy: Y(s.y[k]), r: 4, fill: s.color, stroke: "#fff" }, body);
      }
    }
    const cross = svgNode("line", { y1: top, y2: H - bottom, stroke: "#8a96a3", "stroke-dasharray": "2 3", visibility: "hidden" }, svg);
    const reading = svgNode("g", { visibility: "hidden" }, svg);
    svg.onpointerleave = () => { cross.setAttribute("visibility", "hidden"); reading.setAttribute("visibility", "hidden"); };
    svg.onpointermove = event => {
      const box = svg.getBoundingClientRect(), at = (event.clientX - box.left) / box.width * W;
      if (at < left || at > W - right) return svg.onpointerleave();
      const x = x0 + (at - left) / (W - left - right) * (x1 - x0);
      reading.textContent = "";
      let row = 0, near = x, best = Infinity;
      const lines = [];
      for (const s of shown) {
        let k = -1, gap = Infinity;
        for (let m = 0; m < s.x.length; ++m) if (s.y[m] !== null && Math.abs(s.x[m] - x) < gap) { gap = Math.abs(s.x[m] - x); k = m; }
        if (k < 0) continue;
        if (gap < best) { best = gap; near = s.x[k]; }
        lines.push([s.color, (chart.series.length > 1 ? s.name + ": " : "") + Number(s.y[k].toPrecision(4))]);
      }
      lines.unshift(["#1c2733", chart.x.replace(/ \(.*/, "") + " " + Number(near.toPrecision(4))]);
      const place = X(near) > W * 0.6 ? { x: X(near) - 8, "text-anchor": "end" } : { x: X(near) + 8, "text-anchor": "start" };
      for (const [color, text] of lines) svgNode("text", Object.assign({ y: top + 14 + 14 * row++, "font-size": 12, fill: color, stroke: "#fff", "stroke-width": 3, "paint-order": "stroke" }, place), reading).textContent = text;
      cross.setAttribute("x1", X(near)); cross.setAttribute("x2", X(near));
      cross.setAttribute("visibility", "visible"); reading.setAttribute("visibility", "visible");
    };
  }
  chart.series.forEach((s, k) => {
    const button = document.createElement("button");
    const swatch = document.createElement("span");
    swatch.className = "swatch"; swatch.style.background = s.color;
    button.append(swatch, s.name);
    button.onclick = () => { hidden.has(k) ? hidden.delete(k) : hidden.add(k); button.classList.toggle("off"); draw(); };
    legend.appendChild(button);
  });
  draw();
}
