/* Charts, drawn from the table that stands below each, so that both always say the same.
 *
 * The engine is fetched when the first chart comes near the window, and never where there is none. Colours come from
 * the style sheet: a change of theme draws anew. A press on a point leads where its number in the table leads.
 */

const SYMBOLS = ["circle", "rect", "diamond", "triangle", "roundRect", "circle"];
const still = matchMedia("(prefers-reduced-motion: reduce)");
const charts = new Map();
const probe = document.createElement("span");

// Paper is light, whatever the screen is, and as wide as a page between its margins.
const PAPER = 660;
let printing = false;

/** A colour of the style sheet as the browser resolves it for the theme at hand. */
function colour(name) {
  probe.style.colorScheme = printing ? "only light" : "";
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

function palette() {
  probe.hidden = true;
  document.body.append(probe);
  const names = ["ink", "ink-soft", "ink-faint", "line", "line-soft", "surface", "raised", "chart-low"];
  const found = Object.fromEntries(names.map((name) => [name, colour(name)]));
  found.lines = [1, 2, 3, 4, 5, 6].map((n) => colour(`chart-${n}`));
  probe.remove();
  return found;
}

/** The numbers of a chart, read from its table. */
function numbers(figure) {
  const table = figure.querySelector("[data-chart-table]");
  const names = [...table.querySelectorAll("thead th")].slice(1).map((head) => head.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => {
    const head = row.querySelector("th");
    return {
      label: head.textContent.trim(),
      url: head.querySelector("a")?.href ?? "",
      cells: [...row.querySelectorAll("td")].map((cell) => ({
        value: cell.dataset.value === "" ? null : Number(cell.dataset.value),
        words: cell.textContent.trim(),
        url: cell.querySelector("a")?.href ?? "",
      })),
    };
  });
  return { names, rows };
}

const compact = new Intl.NumberFormat(document.documentElement.lang || "en", { notation: "compact" });

function axes(kind, rows, colours) {
  const words = { color: colours["ink-soft"], fontSize: 12 };
  const named = {
    type: "category",
    data: rows.map((row) => row.label),
    axisLabel: { ...words, hideOverlap: true },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
  };
  const counted = {
    type: "value",
    minInterval: 1,
    splitNumber: 4,
    axisLabel: { ...words, color: colours["ink-faint"], formatter: (value) => compact.format(value) },
    splitLine: { lineStyle: { color: colours["line-soft"] } },
  };
  // Each lying bar says its number at its end.
  const unnamed = { ...counted, axisLabel: { show: false }, splitLine: { show: false } };
  if (kind !== "ranked") return { xAxis: { ...named, boundaryGap: kind !== "line" }, yAxis: counted };
  const wide = { ...words, width: innerWidth < 640 ? 110 : 180, overflow: "truncate" };
  return { xAxis: unnamed, yAxis: { ...named, inverse: true, axisLabel: { ...wide, interval: 0 } } };
}

function series(kind, { names, rows }, colours) {
  return names.map((name, index) => {
    const shared = { name, color: colours.lines[index % 6], data: rows.map((row) => row.cells[index].value) };
    if (kind === "line") {
      const symbol = SYMBOLS[index % 6];
      return { ...shared, type: "line", symbol, symbolSize: 7, showSymbol: rows.length <= 45, lineStyle: { width: 2 }, emphasis: { focus: "none" } };
    }
    const stack = kind === "stacked" ? { stack: "all", itemStyle: { borderColor: colours.surface, borderWidth: 1 } } : {};
    const label = kind === "ranked" ? { label: { show: true, position: "right", color: colours["ink-soft"], formatter: ({ dataIndex }) => rows[dataIndex].cells[index].words } } : {};
    return { ...shared, ...stack, ...label, type: "bar", barMaxWidth: kind === "ranked" ? 18 : 28, emphasis: { disabled: true } };
  });
}

function heat({ names, rows }, colours) {
  const data = rows.flatMap((row, y) => row.cells.map((cell, x) => [x, y, cell.value ?? "-"]));
  const values = data.map((point) => point[2]).filter((value) => value !== "-");
  const axis = (labels) => ({ type: "category", data: labels, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colours["ink-soft"], hideOverlap: true } });
  return {
    xAxis: axis(names),
    yAxis: { ...axis(rows.map((row) => row.label)), inverse: true },
    visualMap: { show: false, min: 0, max: Math.max(1, ...values), inRange: { color: [colours["chart-low"], colours.lines[0]] } },
    series: [{ type: "heatmap", data, itemStyle: { borderColor: colours.surface, borderWidth: 2, borderRadius: 3 } }],
  };
}

/** What a hand over the chart reads: the words of the table. Drawn as part of the picture; markup would need styles. */
function tooltip(kind, { names, rows }, colours) {
  const shared = {
    renderMode: "richText",
    confine: true,
    backgroundColor: colours.raised,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontSize: 12 },
    transitionDuration: 0,
  };
  if (kind === "heat") {
    return { ...shared, formatter: ({ data: [x, y] }) => `${rows[y].label}, ${names[x]}: ${rows[y].cells[x].words}` };
  }
  return {
    ...shared,
    trigger: "axis",
    axisPointer: { type: kind === "line" ? "line" : "none", lineStyle: { color: colours.line } },
    formatter: ([{ dataIndex }]) => [rows[dataIndex].label, ...names.map((name, i) => `${name}: ${rows[dataIndex].cells[i].words}`)].join("\n"),
  };
}

function draw(figure, chart) {
  const kind = figure.dataset.chart;
  const given = numbers(figure);
  const colours = palette();
  chart.setOption({
    animation: !still.matches && !printing,
    animationDuration: 250,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: kind === "ranked" ? 48 : 12, top: 12, bottom: 10, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: tooltip(kind, given, colours),
    ...(kind === "heat" ? heat(given, colours) : { ...axes(kind, given.rows, colours), series: series(kind, given, colours) }),
  }, true);
  chart.off("click");
  chart.on("click", ({ dataIndex, seriesIndex, data }) => {
    const row = kind === "heat" ? given.rows[data[1]] : given.rows[dataIndex];
    const url = row.cells[kind === "heat" ? data[0] : seriesIndex].url || row.url;
    if (url) location.assign(url);
  });
}

async function begin(figure) {
  const { init } = await import(figure.dataset.engine);
  const plot = figure.querySelector("[data-chart-plot]");
  if (!plot.isConnected || charts.has(figure)) return;
  const chart = init(plot, null, { renderer: "svg" });
  charts.set(figure, chart);
  draw(figure, chart);
  new ResizeObserver(() => printing || chart.resize()).observe(plot);
  const button = figure.querySelector("[data-chart-png]");
  button.hidden = false;
  button.addEventListener("click", () => picture(figure));
}

/** The chart with its title and key as a PNG of twice the size, made here and sent nowhere. */
async function picture(figure) {
  const svg = figure.querySelector("[data-chart-plot] svg").cloneNode(true);
  const box = figure.querySelector("[data-chart-plot]").getBoundingClientRect();
  svg.setAttribute("width", box.width);
  svg.setAttribute("height", box.height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const head = 64;
  const canvas = document.createElement("canvas");
  canvas.width = box.width * 2;
  canvas.height = (box.height + head) * 2;
  const pen = canvas.getContext("2d");
  const colours = palette();
  const family = getComputedStyle(document.body).fontFamily;
  pen.scale(2, 2);
  pen.fillStyle = colours.surface;
  pen.fillRect(0, 0, box.width, box.height + head);
  pen.fillStyle = colours.ink;
  pen.font = `600 15px ${family}`;
  pen.fillText(figure.querySelector(".chart-title").textContent, 8, 22, box.width - 16);
  pen.font = `12px ${family}`;
  let x = 8;
  figure.querySelectorAll(".chart-key").forEach((key, index) => {
    pen.fillStyle = colours.lines[index % 6];
    pen.fillRect(x, 40, 10, 10);
    pen.fillStyle = colours["ink-soft"];
    pen.fillText(key.textContent, x + 15, 49);
    x += pen.measureText(key.textContent).width + 34;
  });
  pen.drawImage(image, 0, head, box.width, box.height);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${figure.dataset.chartName}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, "image/png");
}

const near = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    begin(target);
  }
}, { rootMargin: "400px" });

function look() {
  for (const [figure, chart] of charts) {
    if (figure.isConnected) continue;
    chart.dispose();
    charts.delete(figure);
  }
  document.querySelectorAll("[data-chart]:not([data-chart-seen])").forEach((figure) => {
    figure.dataset.chartSeen = "1";
    near.observe(figure);
  });
}

const again = () => charts.forEach((chart, figure) => draw(figure, chart));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
for (const name of ["beforeprint", "afterprint"]) {
  addEventListener(name, () => {
    printing = name === "beforeprint";
    charts.forEach((chart, figure) => {
      chart.resize(printing ? { width: PAPER } : undefined);
      draw(figure, chart);
      // The page is printed at once, and the next frame comes too late.
      chart.getZr().flush();
    });
  });
}
document.addEventListener("htmx:after:swap", look);
look();
