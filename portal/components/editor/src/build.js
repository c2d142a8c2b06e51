// `npm ci && npm run build`: bundle the editor and say in its first line what it was built from.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const hash = createHash("sha256");
const names = readdirSync(here).filter((name) => /\.(js|json)$/.test(name)).sort();
for (const name of names) hash.update(`${name}\0`).update(readFileSync(new URL(name, here)));
const { outputFiles } = await build({
  absWorkingDir: here.pathname,
  entryPoints: ["editor.js"],
  bundle: true,
  format: "esm",
  minify: true,
  legalComments: "eof",
  target: "es2020",
  write: false,
});
const body = outputFiles[0].text;
const of = createHash("sha256").update(body).digest("hex");
writeFileSync(
  new URL("../built/editor.js", here),
  `/* sources ${hash.digest("hex")} body ${of} */\n${body}`,
);
