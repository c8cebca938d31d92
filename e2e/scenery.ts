import type { Browser } from "@playwright/test";

/** Drawings that stand in for photographs in the screenshots: our own, small, and the same each time. */
export const scenes = {
  /** The boat on her slip, early. */
  slip: svg(
    1200,
    800,
    `<defs>
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#f7c7a3"/><stop offset=".55" stop-color="#f6e2c8"/><stop offset="1" stop-color="#cfe3e6"/></linearGradient>
      <linearGradient id="sea" x2="0" y2="1"><stop stop-color="#9cc7cf"/><stop offset="1" stop-color="#4f8a99"/></linearGradient>
    </defs>
    <path fill="url(#sky)" d="M0 0h1200v520H0z"/>
    <circle cx="880" cy="300" r="64" fill="#fff3dc"/>
    <path fill="#b9c9cf" d="M0 430l180-90 160 70 210-120 190 110 150-60 310 120v90H0z"/>
    <path fill="#8ea9b1" d="M0 470l240-50 230 40 260-70 220 60 250-40v110H0z"/>
    <path fill="url(#sea)" d="M0 500h1200v300H0z"/>
    <path stroke="#fff3dc" stroke-width="6" stroke-linecap="round" opacity=".7" d="M820 530h120M790 560h90M850 592h150M760 626h70"/>
    <path fill="#6f5f52" d="M0 800V700l520-70 300 60 60 110z"/>
    <path fill="#8a7767" d="M0 712l520-72 300 58-30 14-270-48L0 740z"/>
    <path fill="#3f5a63" d="M470 610v-12h24v66h-24zM690 640v-40h24v72h-24z"/>
    <path fill="#f4efe6" d="M250 500c160 34 380 34 610-16-26 88-96 146-190 152-150 8-330-10-420-136z"/>
    <path fill="#b5443c" d="M292 552c150 44 370 42 520-6-30 50-80 84-142 90-140 10-296-4-378-84z"/>
    <path stroke="#c9a27a" stroke-width="10" fill="none" d="M250 500c160 34 380 34 610-16"/>
    <path fill="#c98f5a" d="M430 508v-52h190l26 48c-76 10-150 10-216 4z"/>
    <path fill="#8fb7c2" d="M452 470h46v26h-46zM522 470h46v26h-46z"/>
    <path stroke="#7a5a3c" stroke-width="12" d="M560 512V140"/>
    <path stroke="#7a5a3c" stroke-width="4" fill="none" d="M560 150L858 486M560 150L258 500M560 240l-110 216M560 240l90 216"/>
    <path stroke="#5b6b72" stroke-width="5" fill="none" stroke-linecap="round" d="M220 210q16-18 32 0 16-18 32 0M320 150q12-14 24 0 12-14 24 0M1010 180q14-16 28 0 14-16 28 0"/>`,
  ),
  /** A seam of her planks, from near. */
  planks: svg(
    900,
    800,
    `<path fill="#a87648" d="M0 0h900v800H0z"/>
    <path fill="#b9854f" d="M0 0h900v150L0 190z"/><path fill="#9c6b3f" d="M0 200l900-40v190L0 400z"/>
    <path fill="#c08e59" d="M0 410l900-50v200L0 610z"/><path fill="#a17043" d="M0 620l900-50v230H0z"/>
    <path stroke="#5d3d22" stroke-width="9" d="M0 195l900-40M0 405l900-50M0 615l900-50"/>
    <g stroke="#7c5330" stroke-width="3" fill="none" opacity=".6"><path d="M0 60q300 30 900-20M0 120q420 10 900-30M0 270q300-50 900-40M0 330q500 10 900-50M0 480q260 30 900-50M0 550q480-10 900-50M0 690q380 30 900-40M0 750q500 10 900-30"/>
    <ellipse cx="620" cy="260" rx="46" ry="15"/><ellipse cx="620" cy="260" rx="26" ry="8"/><ellipse cx="240" cy="500" rx="54" ry="17"/><ellipse cx="240" cy="500" rx="30" ry="9"/></g>
    <g fill="#c8ccce" stroke="#6e5a48" stroke-width="4"><circle cx="120" cy="165" r="13"/><circle cx="440" cy="148" r="13"/><circle cx="760" cy="130" r="13"/><circle cx="120" cy="370" r="13"/><circle cx="440" cy="352" r="13"/><circle cx="760" cy="334" r="13"/><circle cx="120" cy="580" r="13"/><circle cx="440" cy="562" r="13"/><circle cx="760" cy="544" r="13"/></g>`,
  ),
  /** Lin's picture. */
  sail: svg(
    256,
    256,
    `<path fill="#2f6f8f" d="M0 0h256v256H0z"/><circle cx="186" cy="70" r="28" fill="#f7d9a0"/>
    <path fill="#f4efe6" d="M120 40v124H52z"/><path fill="#e9ddc9" d="M132 62l64 102h-64z"/>
    <path fill="#b5443c" d="M40 176h176l-30 34H74z"/><path stroke="#9cc7cf" stroke-width="8" stroke-linecap="round" d="M24 226h60M108 232h70M196 224h40"/>`,
  ),
  /** Noor's picture. */
  gull: svg(
    256,
    256,
    `<path fill="#e7a977" d="M0 0h256v256H0z"/><path fill="#f3c79a" d="M0 150h256v106H0z"/>
    <path fill="#fffaf2" d="M70 214c-14-70 8-130 66-138 46-6 72 30 66 74-6 40-28 66-44 92z"/>
    <path fill="#5f6e76" d="M74 222c-6-44 18-84 66-84 8 36-4 66-28 84z"/>
    <circle cx="160" cy="112" r="9" fill="#22313a"/><path fill="#e58a2e" d="M194 116l48 14-46 18z"/>`,
  ),
  /** Yuki's picture. */
  wave: svg(
    256,
    256,
    `<path fill="#f6e2c8" d="M0 0h256v256H0z"/><circle cx="128" cy="104" r="52" fill="#d8574a"/>
    <path fill="#2f6f8f" d="M0 156q32-34 64 0t64 0 64 0 64 0v100H0z"/><path fill="#5a9cb5" d="M0 196q32-34 64 0t64 0 64 0 64 0v60H0z"/>`,
  ),
  /** The workspace's mark. */
  anchor: svg(
    256,
    256,
    `<path fill="#1f4e5f" d="M0 0h256v256H0z"/><g stroke="#f6e2c8" stroke-width="18" fill="none" stroke-linecap="round" stroke-linejoin="round">
    <circle cx="128" cy="66" r="20"/><path d="M128 88v118M88 112h80M52 146c6 42 40 62 76 62s70-20 76-62"/></g>`,
  ),
} as const;

/** Takes a drawing as a PNG. */
export async function draw(browser: Browser, scene: string): Promise<Buffer> {
  const [, width = "", height = ""] = /width="(\d+)" height="(\d+)"/.exec(scene) ?? [];
  const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${scene}`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

function svg(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
}
