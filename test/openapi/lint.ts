import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../redocly.yaml', import.meta.url));

/** What Redocly finds wrong with the documents, warnings included, one line each; empty when nothing. */
export async function lint(documents: Record<string, object>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    const files = Object.entries(documents).map(([name, document]) => {
      const file = join(directory, `${name}.json`);
      writeFileSync(file, JSON.stringify(document));
      return file;
    });
    const { problems, log } = await redocly(['lint', `--config=${CONFIG}`, '--format=github-actions', ...files]);
    if (log.match(/: validated in /g)?.length !== files.length)
      throw new Error(`not every document was looked at:\n${log}`);
    return problems;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Its exit code only says whether there are problems. */
function redocly(args: string[]): Promise<{ problems: string; log: string }> {
  const options = { env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], options, (_error, stdout, stderr) =>
      resolve({ problems: stdout, log: stderr }),
    );
  });
}
