/* Copies what the browser gets from others into the tree, and writes down the hash of every file.
 *
 * Run by `make assets` after `npm ci --ignore-scripts`; the result is committed, so that running and
 * testing need no Node. A test compares the files with assets.lock.json.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const ui = join(root, "firmament", "ui");
const vendor = join(ui, "static", "ui", "vendor");
const forTests = join(root, "firmament", "kernel", "testing", "vendor");

/** Files taken as they are: [place in node_modules, place in the tree]. */
const copies = [
  ["htmx.org/dist/htmx.min.js", join(vendor, "htmx.js")],
  ["htmx.org/LICENSE", join(vendor, "htmx.LICENSE")],
  ["@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", join(vendor, "inter-latin.woff2")],
  ["@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2", join(vendor, "inter-latin-ext.woff2")],
  ["@fontsource-variable/inter/LICENSE", join(vendor, "inter.LICENSE")],
  ["@tabler/icons/LICENSE", join(vendor, "icons.LICENSE")],
  ["echarts/LICENSE", join(vendor, "echarts.LICENSE")],
  ["echarts/NOTICE", join(vendor, "echarts.NOTICE")],
  ["zrender/LICENSE", join(vendor, "zrender.LICENSE")],
  ["axe-core/axe.min.js", join(forTests, "axe.min.js")],
  ["axe-core/LICENSE", join(forTests, "axe.LICENSE")],
];

async function copy(from, to) {
  let content = await readFile(join(modules, from));
  // A source map address would make every browser with open tools ask for a file that is not there.
  if (to.endsWith(".js")) {
    content = Buffer.from(content.toString("utf8").replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n"));
  }
  await writeFile(to, content);
}

/** One SVG file of <symbol>s, one for each line of icons.txt. Colour and stroke come from the page's CSS. */
async function sprite() {
  const names = (await readFile(join(ui, "icons.txt"), "utf8")).split("\n").filter(Boolean);
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    const svg = await readFile(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = svg
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s*\n\s*/g, "")
      .replace(/\s+\/>/g, "/>");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** ECharts with only the parts that scripts/charts.mjs names, as one module. */
async function charts() {
  await build({
    entryPoints: [join(root, "scripts", "charts.mjs")],
    outfile: join(vendor, "echarts.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: "/* Apache ECharts and ZRender, in part; see echarts.LICENSE, echarts.NOTICE and zrender.LICENSE. */" },
    logLevel: "error",
  });
}

async function version(name) {
  return JSON.parse(await readFile(join(modules, name, "package.json"), "utf8")).version;
}

async function hashes(directory) {
  const found = {};
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const key = relative(root, path).split(sep).join("/");
    found[key] = createHash("sha256").update(await readFile(path)).digest("hex");
  }
  return found;
}

for (const directory of [vendor, forTests]) {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
}
for (const [from, to] of copies) await copy(from, to);
await writeFile(join(vendor, "icons.svg"), await sprite());
await charts();

const packages = {};
for (const name of ["@fontsource-variable/inter", "@tabler/icons", "axe-core", "echarts", "esbuild", "htmx.org", "zrender"]) {
  packages[name] = await version(name);
}
const lock = { packages, sha256: { ...(await hashes(vendor)), ...(await hashes(forTests)) } };
await writeFile(join(ui, "static", "ui", "assets.lock.json"), JSON.stringify(lock, null, 2) + "\n");
console.log(`${Object.keys(lock.sha256).length} files vendored`);
