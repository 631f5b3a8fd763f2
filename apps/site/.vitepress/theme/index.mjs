/// <reference types="vite/client" />
import { h } from 'vue';
import { useData, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

/** Below the text of a page: the same page for programs. */
const PlainLink = {
  setup() {
    const { page, frontmatter } = useData();
    return () =>
      frontmatter.value.layout === 'home'
        ? null
        : h('p', { class: 'plain-link' }, [
            h(
              'a',
              { href: withBase(`/${page.value.relativePath}`), target: '_self' },
              'This page as Markdown',
            ),
          ]);
  },
};

/** @type {import('vitepress').Theme} */
export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'doc-footer-before': () => h(PlainLink) }),
};
