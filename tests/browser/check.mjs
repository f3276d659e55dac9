// Looks at a built board in headless Chromium, as people do: node check.mjs SITE [--people]
// Every kind of page, wide and narrow, light and dark: nothing on the console, no request outside of the site, nothing that axe finds, no
// sideways scrolling. With --large only the pages that grow; with --people also what somebody does: filter, sort, go through the matrix with the keyboard, print.
import { createServer } from "node:http";
import { readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, normalize } from "node:path";
import { env, argv, exit } from "node:process";

const require = createRequire(env.KEPHERD_BROWSER_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const [, , site, ...flags] = argv;
const people = flags.includes("--people");
const failures = [];
const fail = (what) => failures.push(what);
const expect = (holds, what) => holds || fail(what);

const kinds = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", png: "image/png", json: "application/json" };
const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  try {
    let file = join(site, path);
    if ((await stat(file)).isDirectory()) file = join(file, "index.html");
    const content = await readFile(file);
    response.writeHead(200, { "content-type": kinds[file.split(".").pop()] ?? "text/plain" });
    response.end(content);
  } catch {
    response.writeHead(404);
    response.end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: env.KEPHERD_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// A page that says what went wrong on it.
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => fail(`${path}: console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => fail(`${path}: ${error.message}`));
  page.on("requestfailed", (request) => fail(`${path}: ${request.url()} failed`));
  page.on("request", (request) => expect(request.url().startsWith(base), `${path}: a request to ${request.url()}`));
  page.on("response", (response) => expect(response.ok(), `${path}: ${response.url()} answers ${response.status()}`));
  page.on("dialog", (dialog) => { fail(`${path}: a dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(base + path);
  return page;
}

async function first(folder) {
  const names = await readdir(join(site, folder)).catch(() => []);
  return names.sort()[0];
}

const pages = ["", "keps/", "matrix/", "waits/", "triage/", "work-items/", "people/", "dates/", "changes/", "gates/", "coverage/", "legend/", "rules/", "data/"];
for (const folder of ["kep", "cycle", "person"]) {
  const name = await first(folder);
  if (name) pages.push(`${folder}/${name}/`);
}
const runtime = await first("release");
if (runtime) pages.push(`release/${encodeURIComponent(runtime)}/${await first(join("release", runtime))}/`);

// Of a large board, the pages that grow.
if (flags.includes("--large")) pages.splice(0, pages.length, "", "keps/", "matrix/", "waits/", pages.at(-3));

for (const path of pages) {
  for (const [width, colorScheme] of [[1440, "light"], [390, "dark"]]) {
    const page = await open(path, { viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(sideways <= 0, `${path || "front"} at ${width}: scrolls sideways by ${sideways}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, nodes } of violations) fail(`${path || "front"} at ${width}, ${colorScheme}: axe ${id}: ${nodes.slice(0, 2).map((node) => node.html).join(" | ")}`);
    await page.context().close();
  }
}

async function asPeople() {
  // The first screen of a laptop answers what is at risk, what waits, and what the next date is.
  let page = await open("", { viewport: { width: 1366, height: 768 } });
  for (const heading of ["Next dates", "What waits for whom", "Changed since Monday"]) {
    const box = await page.getByRole("heading", { name: heading }).boundingBox();
    expect(box && box.y + box.height < 768, `the first screen has no ${heading}`);
  }
  const urgent = await page.locator(".judged").first().boundingBox();
  expect(urgent && urgent.y < 400, "the first screen does not begin with what needs an eye");
  await page.context().close();

  // Filter and sort are in the address, and an address brings them back.
  page = await open("keps/");
  const rows = () => page.locator("table.keps tbody tr:visible");
  const all = await rows().count();
  await page.getByLabel("Aimed at or reached, ever").selectOption("1.33");
  const some = await rows().count();
  expect(some > 0 && some < all, `a filter shows ${some} of ${all}`);
  expect(page.url().includes("release=1.33"), page.url());
  await page.getByLabel("Words").fill("container stop");
  expect((await rows().count()) === 1, "words filter too");
  await page.getByLabel("Words").fill("");
  await page.getByRole("button", { name: "KEP", exact: true }).click();
  await page.getByRole("button", { name: "KEP", exact: true }).click();
  expect(page.url().includes("sort=-number"), page.url());
  const numbers = await rows().evaluateAll((rows) => rows.map((row) => Number(row.id.slice(4))));
  expect(numbers.every((number, at) => at === 0 || numbers[at - 1] > number), `sorted: ${numbers}`);
  const again = await open(page.url().slice(base.length));
  expect((await again.locator("table.keps tbody tr:visible").count()) === some, "the address brings the filter back");
  expect((await again.getByRole("columnheader", { name: "KEP", exact: true }).getAttribute("aria-sort")) === "descending", "and the order");
  await again.getByRole("button", { name: "Clear filters" }).click();
  await again.waitForFunction((all) => document.querySelectorAll("table.keps tbody tr:not([hidden])").length === all, all);
  expect(!again.url().includes("?"), again.url());
  await again.context().close();
  await page.context().close();
  page = await open("keps/?gate=containerstopsignals");
  expect((await page.locator("table.keps tbody tr:visible").count()) === 1, "found by its feature gate");
  await page.context().close();
  page = await open("keps/?person=MikeBrow&verdict=ready");
  expect((await page.locator("table.keps tbody tr:visible").count()) >= 1, "found by a person, in any case");
  await page.context().close();

  // Without a script everything is there.
  page = await open("keps/", { javaScriptEnabled: false });
  expect((await page.locator("table.keps tbody tr").count()) === all, "all KEPs without a script");
  expect(!(await page.locator("form.filter").isVisible()), "no filter that does nothing");
  await page.context().close();

  // The keyboard goes through the matrix: from the way past the head to a KEP of the drawing, and to its page.
  page = await open("matrix/");
  await page.keyboard.press("Tab");
  expect((await page.evaluate(() => document.activeElement.className)) === "skip", "the first stop leads past the head");
  await page.keyboard.press("Enter");
  let steps = 0;
  const stop = () => page.evaluate(() => document.activeElement.getAttribute("class") ?? "");
  while (!(await stop()).includes("lane") && steps < 60) {
    await page.keyboard.press("Tab");
    steps += 1;
  }
  expect((await stop()).includes("lane"), "the keyboard reaches a KEP of the drawing");
  await Promise.all([page.waitForURL(/kep\/\d+\/$/), page.keyboard.press("Enter")]);
  await page.context().close();

  // Dark is dark, print is light, and forced colours leave every verdict its shape and word.
  page = await open("", { colorScheme: "dark" });
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect((await back()) === "rgb(19, 22, 26)", `dark: ${await back()}`);
  await page.emulateMedia({ media: "print" });
  expect((await back()) === "rgb(255, 255, 255)", `print: ${await back()}`);
  expect(!(await page.locator("header nav").isVisible()), "no navigation on paper");
  await page.emulateMedia({ media: "screen", forcedColors: "active" });
  for (const verdict of await page.locator(".counts .v").all()) {
    expect((await verdict.innerText()).trim() !== "" && (await verdict.locator("svg").isVisible()), "a verdict has a word and a shape");
  }
  await page.context().close();
}

if (people) await asPeople().catch((error) => fail(error.message));

await browser.close();
server.close();
if (failures.length > 0) {
  console.log(failures.join("\n"));
  exit(1);
}
console.log(`${pages.length} kinds of pages`);
