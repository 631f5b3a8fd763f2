import { defineConfig } from 'vitepress';
import { BASE } from '../src/base.mjs';
import { API_ROUTE, ENTRY_POINTS } from '../src/entry-points.mjs';
import { SECTIONS } from '../src/pages.mjs';
import { slug } from '../src/slug.mjs';

const REPOSITORY = 'https://github.com/nestcraft/work';

/** Headings of the API reference that nobody searches for. */
const FILLER =
  /^#{3,6} (?:Returns|Parameters|Type Parameters|Overrides|Inherited from|Implementation of|Call Signature|Throws)$/gm;

// Code is searched without its colours, which take long.
const LANGUAGE = /^(\s*```).+$/gm;

export default defineConfig({
  title: 'Nestcraft Work',
  description: 'Background jobs for NestJS on Redis, byte-compatible with gocraft/work',
  lang: 'en',
  base: BASE,
  srcDir: '.cache/pages',
  outDir: 'dist',
  cacheDir: '.cache/vite',
  head: [
    ['link', { rel: 'icon', href: `${BASE}logo.svg` }],
    ['meta', { name: 'theme-color', content: '#2450b8' }],
  ],
  markdown: { anchor: { slugify: slug } },
  transformPageData: ({ relativePath }) =>
    relativePath.startsWith(API_ROUTE)
      ? { frontmatter: { pageClass: 'api', editLink: false } }
      : {},
  transformHead: ({ pageData }) =>
    pageData.isNotFound === true || pageData.relativePath === 'index.md'
      ? []
      : [plainLink(pageData.relativePath)],
  vite: { build: { chunkSizeWarningLimit: 2_000, reportCompressedSize: false } },
  themeConfig: {
    logo: '/logo.svg',
    nav: SECTIONS.map(({ title, groups }) => ({
      text: title,
      link: `/${groups[0]?.pages[0]?.route ?? ''}`,
      activeMatch: `^/${groups[0]?.pages[0]?.route.split('/')[0] ?? ''}/`,
    })),
    sidebar: {
      [`/${API_ROUTE}/`]: SECTIONS.map((section) => sidebarOf(section, 'Reference')),
      '/': SECTIONS.map((section) => sidebarOf(section, SECTIONS[0]?.title)),
    },
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: { searchOptions: { boostDocument } },
        _render: (text, env, renderer) =>
          renderer.render(text.replace(FILLER, '').replace(LANGUAGE, '$1'), env),
      },
    },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: {
      text: 'Edit this page',
      pattern: ({ frontmatter }) =>
        `https://github.com/nestcraft/work/edit/main/${String(frontmatter.source)}`,
    },
    footer: { message: 'MIT licensed' },
  },
});

/**
 * Guides come before the API reference. It runs in the browser, where it has nothing around it.
 *
 * @param {string} id
 */
function boostDocument(id) {
  return id.includes('/reference/api/') ? 0.3 : 1;
}

/**
 * A section, which is closed until the reader is on one of its pages.
 *
 * @param {import('../src/pages.mjs').Section} section
 * @param {string | undefined} open the title of the one that is open
 * @returns {import('vitepress').DefaultTheme.SidebarItem}
 */
function sidebarOf({ title, groups }, open) {
  const items = groups.flatMap(itemsOf);
  const api = title === 'Reference' ? [apiSidebar()] : [];
  return { text: title, collapsed: title !== open, items: [...items, ...api] };
}

/**
 * @param {import('../src/pages.mjs').Group} group
 * @returns {import('vitepress').DefaultTheme.SidebarItem[]}
 */
function itemsOf({ title, pages }) {
  const links = pages.map(({ title, route }) => ({ text: title, link: `/${route}` }));
  return title === '' ? links : [{ text: title, items: links }];
}

/** @returns {import('vitepress').DefaultTheme.SidebarItem} */
function apiSidebar() {
  const items = ENTRY_POINTS.map(({ name, route }) => ({
    text: name.replace('@nestcraft/', ''),
    link: `/${route}/`,
  }));
  return { text: 'API', link: `/${API_ROUTE}/`, items };
}

/**
 * Tells programs where a page is in Markdown.
 *
 * @param {string} path
 * @returns {import('vitepress').HeadConfig}
 */
function plainLink(path) {
  return ['link', { rel: 'alternate', type: 'text/markdown', href: `${BASE}${path}` }];
}
