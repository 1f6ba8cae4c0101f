import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { noOffice, program } from "../../bridge/engines/office.ts";
import { main } from "../../harness/cli.ts";

it.skipIf(noOffice !== null)(
  `the slides skill makes a deck, describes it and writes it where the user said${noOffice === null ? "" : ` (left out: ${noOffice})`}`,
  async () => {
    const out = await mkdtemp(join(tmpdir(), "viga-slides-skill-"));
    const client = new Client({ name: "test", version: "1" });
    const args = [main, "skill", "slides", "--out", out];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
    const call = async (name: string, given: Record<string, unknown> = {}): Promise<CallToolResult> =>
      (await client.callTool({ name, arguments: given }, undefined, { timeout: 120_000 })) as CallToolResult;
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(["execute_code", "get_slide_info", "save_deck"]);
      expect((await call("get_slide_info")).isError).toBe(true);
      const code = program(
        "pptx.addSlide().addText('Hello', { x: 1, y: 1, w: 3, h: 0.2, fontFace: 'Arial', color: '000000' });",
      );
      const drawn = await call("execute_code", { code, width: 320 });
      expect(drawn.structuredContent).toMatchObject({
        ok: true,
        checks: [{ check: "overflow" }],
        pictures: [{ width: 320, height: 180, media: "image/png" }],
      });
      const info = await call("get_slide_info");
      expect(info.content[0]).toMatchObject({ type: "text", text: expect.stringContaining('"Hello"') });
      expect((await call("save_deck", { name: "talk.pptx" })).structuredContent).toEqual({
        path: join(out, "talk.pptx"),
      });
      expect((await readFile(join(out, "talk.pptx"))).subarray(0, 2).toString()).toBe("PK");
      const failed = await call("execute_code", { code: "throw new Error('no')" });
      expect(failed).toMatchObject({
        isError: true,
        structuredContent: { ok: false, error: { message: "no", line: 1 } },
      });
    } finally {
      await client.close();
      await rm(out, { recursive: true, force: true });
    }
  },
  240_000,
);
