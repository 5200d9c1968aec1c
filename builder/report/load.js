// Unpacks the libraries (gzip in base64) with the browser's own DecompressionStream, then draws. Everything is in the page: no network.
"use strict";
const bytesOf = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));

async function unpacked(id) {
  return new Response(new Blob([bytesOf(document.getElementById(id).textContent.trim())]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function runLibrary(id) {
  if (!document.getElementById(id)) return;
  const script = document.createElement("script");
  script.textContent = await unpacked(id);
  document.head.appendChild(script);
}

(async () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  await Promise.all([runLibrary("uplot"), runLibrary("3dmol")]);
  for (const holder of document.querySelectorAll("[data-chart]")) drawChart(holder, data.charts[holder.dataset.chart]);
  const viewer = document.getElementById("viewer");
  if (viewer && data.scene) makeViewer(viewer, data.scene);
  document.documentElement.dataset.ready = "yes";
})().catch(error => {
  const words = document.createElement("p");
  words.className = "warnings";
  words.textContent = "The figures could not be drawn: " + error + ". The tables and their files are complete.";
  document.querySelector("main").prepend(words);
});
