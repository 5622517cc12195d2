/** Text to UTF-8 bytes. A lone surrogate becomes U+FFFD. */
export const utf8 = /* @__PURE__ */ new TextEncoder();
