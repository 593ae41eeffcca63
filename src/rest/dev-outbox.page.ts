import type { OutboxFilter, OutboxItem } from '../providers/development-outbox.js';

/** No script at all. Mail previews inherit this, on top of their sandbox; mails bring styles and images of their own. */
export const OUTBOX_PAGE_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The outbox for a person. Everything that came with a message is escaped. */
export function renderOutboxPage(items: OutboxItem[], { channel, to }: Omit<OutboxFilter, 'limit'>): string {
  const option = (value: string, label: string) =>
    `<option value="${value}"${value === (channel ?? '') ? ' selected' : ''}>${label}</option>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Development outbox</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Development outbox</h1>
<form>
<select name="channel" aria-label="Channel">${option('', 'all channels')}${option('email', 'email')}${option('sms', 'sms')}${option('push', 'push')}</select>
<input name="to" placeholder="to" aria-label="To" value="${escapeHtml(to ?? '')}">
<button>Filter</button>
</form>
</header>
<main>${items.map(renderItem).join('\n') || '<p class="empty">Nothing here yet.</p>'}</main>
</body>
</html>`;
}

function renderItem({ channel, to, template, subject, text, html, links, code, createdAt }: OutboxItem): string {
  const sent = createdAt.toISOString();
  return `<article>
<h2>${escapeHtml(subject ?? template)}</h2>
<p class="meta"><b>${channel}</b> to ${escapeHtml(to)} · ${escapeHtml(template)} · <time datetime="${sent}">${sent}</time></p>
${code === null ? '' : `<p class="code">${escapeHtml(code)}</p>`}
${links.length === 0 ? '' : `<ul>${links.map(renderLink).join('')}</ul>`}
<pre>${escapeHtml(text)}</pre>
${html === null ? '' : `<details><summary>HTML</summary><iframe sandbox title="HTML" loading="lazy" srcdoc="${escapeHtml(html)}"></iframe></details>`}
</article>`;
}

const renderLink = (url: string): string =>
  `<li><a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${escapeHtml(url)}</a></li>`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { max-width: 56rem; margin: 0 auto; padding: 1.5rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: center; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; }
form { display: flex; gap: .5rem; }
select, input, button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: .4rem; }
article { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 1rem 0; }
.meta { margin: .1rem 0 .6rem; font-size: .85rem; opacity: .75; }
.code { font: 700 1.5rem/1 ui-monospace, monospace; letter-spacing: .2em; margin: .6rem 0; }
.empty { text-align: center; opacity: .7; padding: 3rem; }
ul { margin: .4rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.5 ui-monospace, monospace; margin: .6rem 0; }
iframe { width: 100%; height: 28rem; border: 1px solid var(--line); border-radius: .4rem; background: #fff; margin-top: .5rem; }
summary { cursor: pointer; }
`;
