/* Builds the page into ../static; with --check builds it elsewhere and compares with the committed files. */
import { build } from "esbuild";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const committed = join(here, "..", "static");
const FILES = ["index.html", "page.js", "page.css", "LICENSES.txt"];

async function write(folder) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: { page: "src/app.jsx" },
    outdir: folder,
    bundle: true,
    minify: true,
    metafile: true,
    format: "iife",
    target: "es2020",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none", // every licence is in LICENSES.txt, in full
    logLevel: "warning",
  });
  copyFileSync(join(here, "src/index.html"), join(folder, "index.html"));
  writeFileSync(join(folder, "LICENSES.txt"), licences(metafile));
}

/** The licence of every package that really went into the bundle. */
function licences(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(here, folder, "package.json")));
    const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e/i.test(name));
    if (!file) throw new Error(`${about.name} comes without its licence`);
    return `== ${about.name} ${about.version} (${about.license}) ==\n\n${readFileSync(join(here, folder, file), "utf8").trim()}\n`;
  });
  return `Software of others in page.js\n\n${texts.join("\n")}`;
}

async function check() {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    await write(folder);
    const stale = FILES.filter((name) => !readFileSync(join(folder, name)).equals(readFileSync(join(committed, name))));
    if (stale.length) throw new Error(`not what the source builds: ${stale.join(", ")}; run npm run build`);
    console.log("static/ is what the source builds");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await (process.argv.includes("--check") ? check() : write(committed)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
