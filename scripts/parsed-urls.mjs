// Since version 24, Node warns of `url.parse` (DEP0169). The SDK's HTTP layer calls it for every request, so the bundle
// takes the parts of a URL from `URL` instead.

const CONTENTS = `
  exports.parse = (text) => {
    const { protocol, hostname, port, pathname, search, href } = new URL(text);
    // An IPv6 address without its brackets, as a socket takes it.
    return { protocol, hostname: hostname.replace(/^\\[|\\]$/g, ''), port: port || null, path: pathname + search, href };
  };
  exports.format = (url) => (typeof url === 'string' ? url : url.href);
`;

/** A plugin for esbuild. */
export const parsedUrls = {
  name: 'parsed-urls',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^url$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]httpx[\\/]/.test(importer) ? { path: 'url', namespace: 'parsed-urls' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'parsed-urls' }, () => ({ contents: CONTENTS }));
  },
};
