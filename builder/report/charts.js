// Line charts by uPlot: drag to zoom, double click to go back, the legend reads under the pointer and switches its series.
"use strict";
function shortNumber(value, step) {
  if (value === null || value === undefined) return "";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(Math.max(0, Math.min(3, Math.round(Math.log10(size / (step || size)))))).replace("e+", "e");
  const digits = step ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 3;
  return value.toFixed(Math.min(digits, 6));
}

const reading = value => value === null || value === undefined ? "-" : String(Number(value.toPrecision(4)));

// What a plain minimum and maximum become: room above and below, the chart's own bounds, error bars.
function verticalRange(chart, shown, low, high) {
  if (low === null || high === null) return [0, 1];
  const reach = Math.max(0, ...shown.flatMap(s => s.error || []).map(e => e || 0));
  low -= reach;
  high += reach;
  if (chart.y_from !== undefined) low = Math.min(chart.y_from, low);
  if (chart.y_to !== undefined) high = Math.min(high, chart.y_to);
  if (high <= low) return [low === 0 ? 0 : low - 0.1 * Math.abs(low), low + (0.1 * Math.abs(low) || 1)];
  const pad = 0.06 * (high - low);
  return [low === chart.y_from || low === 0 ? low : low - pad, high + pad];
}

function drawErrors(plot, chart) {
  const ctx = plot.ctx;
  chart.series.forEach((s, k) => {
    if (!s.error || !plot.series[k + 1].show) return;
    ctx.save();
    ctx.strokeStyle = s.color;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    s.x.forEach((x, m) => {
      if (s.y[m] === null || !s.error[m]) return;
      const at = plot.valToPos(x, "x", true), wing = 4 * devicePixelRatio;
      const ends = [s.y[m] - s.error[m], s.y[m] + s.error[m]].map(y => plot.valToPos(y, "y", true));
      ctx.moveTo(at, ends[0]);
      ctx.lineTo(at, ends[1]);
      for (const y of ends) { ctx.moveTo(at - wing, y); ctx.lineTo(at + wing, y); }
    });
    ctx.stroke();
    ctx.restore();
  });
}

function drawChart(holder, chart) {
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", (chart.title || "") + ": " + chart.y + " against " + chart.x);
  if (chart.title) {
    const title = document.createElement("div");
    title.className = "title";
    title.textContent = chart.title;
    holder.appendChild(title);
  }
  const points = chart.series.some(s => s.points), data = uPlot.join(chart.series.map(s => [s.x, s.y]));
  const axis = label => ({ label, stroke: "#5b6875", font: "12px system-ui, sans-serif", labelFont: "12.5px system-ui, sans-serif", labelSize: 22,
    grid: { stroke: "#eceff2", width: 1 }, ticks: { stroke: "#d8dee5", size: 4 }, values: (u, splits, a, space, step) => splits.map(v => shortNumber(v, step)) });
  const options = {
    width: Math.max(260, holder.clientWidth), height: 250, padding: [8, 10, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (u, low, high) => { const pad = points ? 0.06 * (high - low) || 1 : low === high ? 1 : 0; return [low - pad, high + pad]; } },
      y: { range: (u, low, high) => verticalRange(chart, chart.series.filter((s, k) => u.series[k + 1].show), low, high) },
    },
    axes: [Object.assign(axis(chart.x), { size: 34, space: 42 }), Object.assign(axis(chart.y), { size: 52, space: 36 })],
    series: [{ label: chart.x.replace(/ \(.*/, ""), value: (u, v) => reading(v) }].concat(chart.series.map(s => ({
      label: s.name, stroke: s.color, width: 1.7, dash: s.dash ? [5, 4] : undefined, value: (u, v) => reading(v),
      paths: s.steps ? uPlot.paths.stepped({ align: 1 }) : undefined, points: { show: !!s.points, size: 8, fill: s.color, stroke: "#fff" },
    }))),
    hooks: { draw: [u => drawErrors(u, chart)] },
  };
  const plot = new uPlot(options, data, holder);
  new ResizeObserver(() => { if (Math.abs(holder.clientWidth - plot.width) > 1) plot.setSize({ width: Math.max(260, holder.clientWidth), height: 250 }); }).observe(holder);
}
